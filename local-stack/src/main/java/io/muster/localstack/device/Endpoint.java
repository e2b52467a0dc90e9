package io.muster.localstack.device;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import io.muster.contract.id.DeviceAddress;
import io.muster.localstack.UserMistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;

/** Where devices of this command connect. Safe for use by several threads. */
public final class Endpoint {
  private final EndpointAddress address;
  private final Optional<MqttClientSslConfig> tls;
  private final DeviceSecrets secrets;
  private final Clock clock;

  /**
   * @throws UserMistake when the certificate to trust cannot be read
   */
  public Endpoint(EndpointAddress address, DeviceSecrets secrets, Clock clock) {
    this.address = address;
    this.tls = address.tls() ? Optional.of(tls(address.authority())) : Optional.empty();
    this.secrets = secrets;
    this.clock = clock;
  }

  /** Sends what the source has to say, as the device, whose secret exists already. */
  public AtLeastOnceSender sender(
      DeviceAddress device, MessageSource source, SendingLimits limits, SendingEvents events) {
    return sender(device, source, limits, events, Optional.empty());
  }

  /**
   * The same for a device that may take commands meanwhile.
   *
   * @param desk takes its commands
   */
  public AtLeastOnceSender sender(
      DeviceAddress device,
      MessageSource source,
      SendingLimits limits,
      SendingEvents events,
      Optional<CommandDesk> desk) {
    return new AtLeastOnceSender(
        MqttLink.of(address, tls, device, secrets, desk),
        () -> secrets.renew(device),
        source,
        limits,
        events,
        clock);
  }

  private static MqttClientSslConfig tls(Optional<Path> authority) {
    var config = MqttClientSslConfig.builder();
    return authority
        .map(Endpoint::trusting)
        .map(config::trustManagerFactory)
        .orElse(config)
        .build();
  }

  private static TrustManagerFactory trusting(Path authority) {
    try (var file = Files.newInputStream(authority)) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      var number = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
        store.setCertificateEntry("authority-" + number++, certificate);
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory;
    } catch (IOException | GeneralSecurityException e) {
      throw new UserMistake("The certificate to trust cannot be read: " + authority + ".", e);
    }
  }
}
