package io.muster.mqtt;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The files that TLS needs. They are read at each connection, so that renewed ones are used.
 *
 * @param authorities whom to trust; the Java runtime's authorities when empty
 * @param certificate the client's own chain, with its key
 * @param verifyHostname whether the broker's certificate must be for its host name
 */
record TlsFiles(
    Optional<Path> authorities,
    Optional<Path> certificate,
    Optional<Path> key,
    boolean verifyHostname) {

  /**
   * Reads the files; blocks.
   *
   * @throws Exception when a file cannot be read or understood
   */
  MqttClientSslConfig read(Vertx vertx, Duration handshakeTimeout) throws Exception {
    var config =
        MqttClientSslConfig.builder()
            .handshakeTimeout(handshakeTimeout.toMillis(), TimeUnit.MILLISECONDS);
    if (authorities.isPresent()) {
      var trusted = new PemTrustOptions().addCertPath(authorities.get().toString());
      config.trustManagerFactory(trusted.getTrustManagerFactory(vertx));
    }
    if (certificate.isPresent() && key.isPresent()) {
      var own =
          new PemKeyCertOptions()
              .addCertPath(certificate.get().toString())
              .addKeyPath(key.get().toString());
      config.keyManagerFactory(own.getKeyManagerFactory(vertx));
    }
    if (!verifyHostname) {
      // Without a verifier of its own the client lets the TLS engine check the name (RFC 2818).
      config.hostnameVerifier((host, tlsSession) -> true);
    }
    return config.build();
  }
}
