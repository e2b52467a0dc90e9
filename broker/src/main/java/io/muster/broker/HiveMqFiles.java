package io.muster.broker;

import io.muster.broker.BrokerSettings.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The folders that HiveMQ wants: {@code conf} with a {@code config.xml} written at each start,
 * {@code data} with sessions and messages, {@code extensions}, which stays empty.
 *
 * @param conf only its owner may look into it: with TLS it holds the private key
 */
record HiveMqFiles(Path conf, Path data, Path extensions) {

  /**
   * @throws WrongSettingException when the folder cannot be written or the PEM files not be used
   */
  static HiveMqFiles write(BrokerSettings settings) {
    var root = settings.data().toAbsolutePath().normalize();
    var files =
        new HiveMqFiles(root.resolve("conf"), root.resolve("data"), root.resolve("extensions"));
    try {
      Files.createDirectories(files.data());
      Files.createDirectories(files.extensions());
      Files.createDirectories(files.conf());
      Files.setPosixFilePermissions(files.conf(), PosixFilePermissions.fromString("rwx------"));
      Files.writeString(files.conf().resolve("config.xml"), files.configuration(settings));
      return files;
    } catch (IOException cannotWrite) {
      throw new WrongSettingException(
          "MUSTER_BROKER_DATA=%s cannot be used: %s".formatted(root, cannotWrite));
    }
  }

  private String configuration(BrokerSettings settings) throws IOException {
    var limits = settings.limits();
    return """
        <?xml version="1.0"?>
        <hivemq>
          <listeners>%s</listeners>
          <persistence><mode>file</mode></persistence>
          <mqtt>
            <queued-messages>
              <max-queue-size>%d</max-queue-size>
              <strategy>discard</strategy>
            </queued-messages>
            <session-expiry><max-interval>%d</max-interval></session-expiry>
            <packets><max-packet-size>%d</max-packet-size></packets>
            <receive-maximum><server-receive-maximum>%d</server-receive-maximum></receive-maximum>
          </mqtt>
          <restrictions>
            <max-connections>%d</max-connections>
            <max-client-id-length>256</max-client-id-length>
            <no-connect-idle-timeout>10000</no-connect-idle-timeout>
          </restrictions>
          <security>
            <allow-empty-client-id><enabled>false</enabled></allow-empty-client-id>
          </security>
          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
        </hivemq>
        """
        .formatted(
            listener(settings),
            limits.queuedMessages(),
            limits.sessionExpiry().toSeconds(),
            limits.packetBytes(),
            limits.receiveMaximum(),
            limits.connections());
  }

  private String listener(BrokerSettings settings) throws IOException {
    var address =
        "<port>%d</port><bind-address>%s</bind-address>"
            .formatted(settings.port(), settings.host());
    if (settings.tls().isEmpty()) {
      return "<tcp-listener>" + address + "</tcp-listener>";
    }
    return "<tls-tcp-listener>" + address + tls(settings.tls().get()) + "</tls-tcp-listener>";
  }

  /** HiveMQ reads key stores only; the password is as safe as the key beside it. */
  private String tls(TlsFiles pem) throws IOException {
    var random = new byte[16];
    new SecureRandom().nextBytes(random);
    var password = HexFormat.of().formatHex(random);
    var store = conf.resolve("keystore.p12");
    Files.write(store, PemKeyStore.read(pem, password.toCharArray()));
    return """
        <tls>
          <keystore>
            <path>%s</path>
            <password>%s</password>
            <private-key-password>%s</private-key-password>
          </keystore>
          <protocols><protocol>TLSv1.3</protocol><protocol>TLSv1.2</protocol></protocols>
          <client-authentication-mode>NONE</client-authentication-mode>
        </tls>
        """
        .formatted(store, password, password);
  }
}
