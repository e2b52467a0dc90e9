package io.muster.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The folders that HiveMQ wants: {@code conf} with a {@code config.xml} written at each start,
 * {@code data} with sessions and messages, {@code extensions}, which stays empty.
 *
 * @param conf only its owner may look into it: with TLS it holds the private key
 * @param keyStore what TLS is served from; empty without TLS
 */
record HiveMqFiles(Path conf, Path data, Path extensions, Optional<ServerKeyStore> keyStore) {

  /**
   * @throws WrongSettingException when the folder cannot be written or the PEM files not be used
   */
  static HiveMqFiles write(BrokerSettings settings) {
    var root = settings.data().toAbsolutePath().normalize();
    try {
      var conf = root.resolve("conf");
      Files.createDirectories(conf);
      Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rwx------"));
      var files =
          new HiveMqFiles(
              conf,
              Files.createDirectories(root.resolve("data")),
              Files.createDirectories(root.resolve("extensions")),
              keyStore(settings, conf));
      Files.writeString(conf.resolve("config.xml"), files.configuration(settings));
      return files;
    } catch (IOException cannotWrite) {
      throw new WrongSettingException(
          "MUSTER_BROKER_DATA=%s cannot be used: %s".formatted(root, cannotWrite));
    }
  }

  private static Optional<ServerKeyStore> keyStore(BrokerSettings settings, Path conf)
      throws IOException {
    return settings.tls().isEmpty()
        ? Optional.empty()
        : Optional.of(new ServerKeyStore(settings.tls().get(), conf.resolve("keystore.p12")));
  }

  private String configuration(BrokerSettings settings) {
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

  private String listener(BrokerSettings settings) {
    var address =
        "<port>%d</port><bind-address>%s</bind-address>"
            .formatted(settings.port(), settings.host());
    return keyStore.isEmpty()
        ? "<tcp-listener>" + address + "</tcp-listener>"
        : "<tls-tcp-listener>" + address + tls(keyStore.get()) + "</tls-tcp-listener>";
  }

  private static String tls(ServerKeyStore store) {
    return """
    <tls>
      <keystore>
        <path>%s</path>
        <password>%s</password>
        <private-key-password>%s</private-key-password>
      </keystore>
      %s
      <protocols><protocol>TLSv1.3</protocol><protocol>TLSv1.2</protocol></protocols>
      <client-authentication-mode>%s</client-authentication-mode>
    </tls>
    """
        .formatted(
            store.file(),
            store.password(),
            store.password(),
            store.trusted().map(file -> trustStore(file, store.password())).orElse(""),
            store.trusted().isPresent() ? "REQUIRED" : "NONE");
  }

  private static String trustStore(Path file, String password) {
    return "<truststore><path>%s</path><password>%s</password></truststore>"
        .formatted(file, password);
  }
}
