package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5WillPublish;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Reads and checks the attributes that both directions have. */
record LinkAttributes(MusterMqttConnectorCommonConfiguration attributes, Providers providers) {

  LinkSettings settings(LinkSettings.Session session) {
    var secure = secure();
    return new LinkSettings(
        channel(),
        address(secure),
        secure ? Optional.of(tls()) : Optional.empty(),
        login(),
        identity(session),
        session,
        timing(),
        attributes.getWillTopic().map(this::will));
  }

  private String channel() {
    return attributes.getChannel();
  }

  private Optional<URI> url() {
    return attributes.getUrl().map(URI::create);
  }

  private boolean secure() {
    return url().map(url -> isSecure(url.getScheme())).orElseGet(attributes::getTls);
  }

  private boolean isSecure(String scheme) {
    return switch (scheme) {
      case "mqtt", "tcp" -> false;
      case "mqtts", "ssl" -> true;
      case null, default -> throw invalid("url", "begins with neither mqtt:// nor mqtts://");
    };
  }

  private LinkSettings.Address address(boolean secure) {
    var host = url().map(URI::getHost).or(() -> Optional.ofNullable(attributes.getHost()));
    var port =
        url()
            .map(URI::getPort)
            .or(attributes::getPort)
            .filter(number -> number >= 0)
            .orElse(secure ? 8883 : 1883);
    if (host.isEmpty() || port > 65_535) {
      throw invalid("url", "does not name a host and a port");
    }
    return new LinkSettings.Address(host.get(), port);
  }

  private TlsFiles tls() {
    var certificate = attributes.getClientCertificateFile().map(Path::of);
    var key = attributes.getClientKeyFile().map(Path::of);
    if (certificate.isPresent() != key.isPresent()) {
      throw invalid("client-certificate-file", "and client-key-file go together");
    }
    return new TlsFiles(
        attributes.getCaFile().map(Path::of), certificate, key, attributes.getVerifyHostname());
  }

  private MqttCredentials login() {
    if (attributes.getCredentials().isPresent()) {
      return providers.credentials(channel(), attributes.getCredentials().get());
    }
    var username = attributes.getUsername().orElse(null);
    if (attributes.getPasswordFile().isPresent()) {
      var file = Path.of(attributes.getPasswordFile().get());
      return channel -> new MqttLogin(username, readPassword(file));
    }
    var password =
        attributes.getPassword().map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(null);
    var login = new MqttLogin(username, password);
    return channel -> login;
  }

  private static byte[] readPassword(Path file) {
    try {
      return Files.readString(file).strip().getBytes(StandardCharsets.UTF_8);
    } catch (java.io.IOException unreadable) {
      throw new java.io.UncheckedIOException("cannot read the password file", unreadable);
    }
  }

  private MqttClientIdentity identity(LinkSettings.Session session) {
    if (attributes.getClientIdProvider().isPresent()) {
      return providers.identity(channel(), attributes.getClientIdProvider().get());
    }
    if (attributes.getClientId().isEmpty() && !session.expiry().isZero()) {
      throw invalid("client-id", "is needed, or session-expiry=0s: nobody finds a session again");
    }
    var identifier =
        attributes.getClientId().orElseGet(() -> "muster-" + channel() + "-" + UUID.randomUUID());
    return channel -> identifier;
  }

  private LinkSettings.Timing timing() {
    var connectTimeout = duration("connect-timeout", attributes.getConnectTimeout());
    if (connectTimeout.isZero()) {
      throw invalid("connect-timeout", "must be more than 0");
    }
    var first = duration("reconnect-delay", attributes.getReconnectDelay());
    var longest = duration("reconnect-max-delay", attributes.getReconnectMaxDelay());
    if (first.toMillis() < 1 || first.compareTo(longest) > 0) {
      throw invalid("reconnect-delay", "must be more than 0 and at most reconnect-max-delay");
    }
    var keepAlive = duration("keep-alive", attributes.getKeepAlive());
    if (keepAlive.toSeconds() > 65_535) {
      throw invalid("keep-alive", "is longer than 65535s");
    }
    return new LinkSettings.Timing(
        keepAlive,
        connectTimeout,
        first,
        longest,
        duration("shutdown-timeout", attributes.getShutdownTimeout()));
  }

  private Mqtt5WillPublish will(String topic) {
    return Mqtt5Publish.builder()
        .topic(topic)
        .payload(attributes.getWillPayload().getBytes(StandardCharsets.UTF_8))
        .qos(qos("will-qos", attributes.getWillQos()))
        .retain(attributes.getWillRetain())
        .asWill()
        .delayInterval(duration("will-delay", attributes.getWillDelay()).toSeconds())
        .build();
  }

  MqttQos qos(String attribute, int code) {
    return Optional.ofNullable(MqttQos.fromCode(code))
        .orElseThrow(() -> invalid(attribute, "must be 0, 1 or 2"));
  }

  Duration duration(String attribute, String text) {
    return Durations.parse(channel(), attribute, text);
  }

  int within(String attribute, int value, int least, int most) {
    if (value < least || value > most) {
      throw invalid(attribute, "must be " + least + " to " + most);
    }
    return value;
  }

  /** Whether a message that nobody subscribes to counts as sent. */
  boolean acceptsLoss(String attribute, String value) {
    return switch (value) {
      case "accept" -> true;
      case "fail" -> false;
      default -> throw invalid(attribute, "must be accept or fail");
    };
  }

  IllegalArgumentException invalid(String attribute, String problem) {
    return Invalid.attribute(channel(), attribute, problem);
  }
}
