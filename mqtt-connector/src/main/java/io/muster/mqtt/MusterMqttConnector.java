package io.muster.mqtt;

import static io.smallrye.reactive.messaging.annotations.ConnectorAttribute.Direction.INCOMING;
import static io.smallrye.reactive.messaging.annotations.ConnectorAttribute.Direction.INCOMING_AND_OUTGOING;
import static io.smallrye.reactive.messaging.annotations.ConnectorAttribute.Direction.OUTGOING;

import io.smallrye.reactive.messaging.annotations.ConnectorAttribute;
import io.smallrye.reactive.messaging.connector.InboundConnector;
import io.smallrye.reactive.messaging.connector.OutboundConnector;
import io.smallrye.reactive.messaging.health.HealthReport;
import io.smallrye.reactive.messaging.health.HealthReporter;
import io.smallrye.reactive.messaging.providers.connectors.ExecutionHolder;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;

/**
 * The Reactive Messaging connector {@code muster-mqtt}: channels over MQTT 5 that acknowledge only
 * what the application acknowledged. The attributes of a channel are those of the annotations
 * below; README.md explains them with examples, DESIGN.md how it works. Thread-safe.
 */
@ApplicationScoped
@Connector(MusterMqttConnector.NAME)
// The broker
@ConnectorAttribute(
    name = "url",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "The broker: `mqtt://host:port` or `mqtts://host:port` (TLS); instead of `host`, `port` and"
            + " `tls`")
@ConnectorAttribute(
    name = "host",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "localhost",
    description = "The broker's host name or address")
@ConnectorAttribute(
    name = "port",
    type = "int",
    direction = INCOMING_AND_OUTGOING,
    description = "The broker's port; 1883, or 8883 with TLS, when not set")
@ConnectorAttribute(
    name = "tls",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "false",
    description = "Whether to connect over TLS")
@ConnectorAttribute(
    name = "ca-file",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "PEM file of the authorities to trust, read at each connection; the Java runtime's own when"
            + " not set")
@ConnectorAttribute(
    name = "client-certificate-file",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "PEM file of the client's certificate chain, read at each connection; with"
            + " `client-key-file`")
@ConnectorAttribute(
    name = "client-key-file",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description = "PEM file of the client's private key (PKCS #8), read at each connection")
@ConnectorAttribute(
    name = "verify-hostname",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "true",
    description = "Whether the broker's certificate must be for its host name")
// Who the client is
@ConnectorAttribute(
    name = "client-id",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "The client identifier, of one channel only; a random one when not set, which an incoming"
            + " channel allows only with `session-expiry=0s`")
@ConnectorAttribute(
    name = "client-id-provider",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "The `@Identifier` of an `MqttClientIdentity` bean, asked for the client identifier at each"
            + " connection")
@ConnectorAttribute(
    name = "username",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description = "The user name")
@ConnectorAttribute(
    name = "password",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description = "The password")
@ConnectorAttribute(
    name = "password-file",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "A file with the password, read at each connection, so that a renewed one is used; white"
            + " space around it is ignored")
@ConnectorAttribute(
    name = "credentials",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "The `@Identifier` of an `MqttCredentials` bean, asked at each connection; instead of"
            + " `username`, `password` and `password-file`")
// The connection
@ConnectorAttribute(
    name = "keep-alive",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "30s",
    description = "The keep-alive interval, whole seconds; 0s for none")
@ConnectorAttribute(
    name = "connect-timeout",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "10s",
    description =
        "The time allowed for the TCP connection, for TLS, for CONNACK, and for SUBACK, each")
@ConnectorAttribute(
    name = "reconnect-delay",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "500ms",
    description =
        "The wait before the first attempt to reconnect; it doubles with each further one, and half"
            + " of it is random")
@ConnectorAttribute(
    name = "reconnect-max-delay",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "30s",
    description =
        "The longest wait between attempts to reconnect; a connection that lasts as long begins at"
            + " `reconnect-delay` again")
@ConnectorAttribute(
    name = "shutdown-timeout",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "5s",
    description =
        "The time that messages on their way may take when the application stops; what is left over"
            + " is redelivered (incoming) or nacked (outgoing)")
@ConnectorAttribute(
    name = "will-topic",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description = "The topic of the will; no will when not set")
@ConnectorAttribute(
    name = "will-payload",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "",
    description = "The payload of the will, UTF-8")
@ConnectorAttribute(
    name = "will-qos",
    type = "int",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "1",
    description = "The quality of service of the will")
@ConnectorAttribute(
    name = "will-retain",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "false",
    description = "Whether the will is retained")
@ConnectorAttribute(
    name = "will-delay",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "0s",
    description = "How long the broker waits with the will for a reconnection, whole seconds")
// Both directions
@ConnectorAttribute(
    name = "topic",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "Incoming: topic filters, separated by commas. Outgoing: the topic name for messages"
            + " without one in their metadata. The channel's name when not set")
@ConnectorAttribute(
    name = "qos",
    type = "int",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "1",
    description =
        "Incoming: the highest quality of service asked for. Outgoing: that of messages without one"
            + " in their metadata")
@ConnectorAttribute(
    name = "tracing-enabled",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "true",
    description =
        "Whether W3C trace context is read from and written to user properties, if OpenTelemetry is"
            + " there")
@ConnectorAttribute(
    name = "health-enabled",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "true",
    description = "Whether the channel appears in the health reports")
// Incoming
@ConnectorAttribute(
    name = "shared-group",
    type = "string",
    direction = INCOMING,
    description = "The name of the shared subscription (`$share/{group}/{filter}`)")
@ConnectorAttribute(
    name = "previous-topics",
    type = "string",
    direction = INCOMING,
    description =
        "Topic filters that earlier versions subscribed to under the same client identifier, in"
            + " full (`$share/…` included), separated by commas: they are unsubscribed")
@ConnectorAttribute(
    name = "topics-file",
    type = "string",
    direction = INCOMING,
    description =
        "A file where the channel notes what it subscribed to, so that it unsubscribes by itself"
            + " what is no longer wanted; one file for each client identifier, on a disk that"
            + " lasts as long as the session")
@ConnectorAttribute(
    name = "session-expiry",
    type = "string",
    direction = INCOMING,
    defaultValue = "24h",
    description =
        "How long the broker keeps the session without a connection, whole seconds; 0s for a"
            + " session that ends with the connection")
@ConnectorAttribute(
    name = "clean-start",
    type = "boolean",
    direction = INCOMING,
    defaultValue = "false",
    description =
        "Whether the first connection of this process discards the session and what is queued in"
            + " it")
@ConnectorAttribute(
    name = "receive-maximum",
    type = "int",
    direction = INCOMING,
    defaultValue = "1000",
    description =
        "How many messages of QoS 1 and 2 may be unacknowledged at a time, 1 to 65535: the bound of"
            + " what is in memory, and the back-pressure")
@ConnectorAttribute(
    name = "max-packet-size",
    type = "int",
    direction = INCOMING,
    defaultValue = "1048576",
    description =
        "The largest packet in bytes that the broker may send; it must discard a larger one (MQTT 5"
            + " §3.1.2.11.4), so choose it above what publishers may send")
@ConnectorAttribute(
    name = "max-payload-size",
    type = "int",
    direction = INCOMING,
    description =
        "The largest payload in bytes that the application gets; a larger one goes the way of a"
            + " message that was nacked for the last time. No limit but `max-packet-size` when not"
            + " set")
@ConnectorAttribute(
    name = "failure-strategy",
    type = "string",
    direction = INCOMING,
    defaultValue = "dead-letter",
    description =
        "What becomes of a message that was nacked for the last time: `dead-letter`, `redeliver`,"
            + " `ignore` or `fail`")
@ConnectorAttribute(
    name = "retry-attempts",
    type = "int",
    direction = INCOMING,
    defaultValue = "3",
    description = "How many times a nacked message is given to the application again, 0 to 100")
@ConnectorAttribute(
    name = "retry-delay",
    type = "string",
    direction = INCOMING,
    defaultValue = "100ms",
    description = "The wait before the first retry, and before a redelivery; it doubles each time")
@ConnectorAttribute(
    name = "retry-max-delay",
    type = "string",
    direction = INCOMING,
    defaultValue = "5s",
    description = "The longest wait before a retry or a redelivery")
@ConnectorAttribute(
    name = "dead-letter-topic",
    type = "string",
    direction = INCOMING,
    description = "The topic that dead letters are published to, QoS 1")
@ConnectorAttribute(
    name = "dead-letter-sink",
    type = "string",
    direction = INCOMING,
    description =
        "The `@Identifier` of a `DeadLetterSink` bean that takes dead letters instead of a topic")
@ConnectorAttribute(
    name = "dead-letter-timeout",
    type = "string",
    direction = INCOMING,
    defaultValue = "10s",
    description =
        "How long a dead letter may take to be safe; after that the message is redelivered")
@ConnectorAttribute(
    name = "dead-letter-no-subscribers",
    type = "string",
    direction = INCOMING,
    defaultValue = "fail",
    description =
        "When nobody subscribes to `dead-letter-topic`: `fail` redelivers the message, `accept`"
            + " lets it be lost")
@ConnectorAttribute(
    name = "stuck-after",
    type = "string",
    direction = INCOMING,
    defaultValue = "5m",
    description =
        "When the application holds a message unacknowledged for this long, the channel is not"
            + " ready; 0s for never")
// Outgoing
@ConnectorAttribute(
    name = "retain",
    type = "boolean",
    direction = OUTGOING,
    defaultValue = "false",
    description = "Whether messages are retained that do not say so in their metadata")
@ConnectorAttribute(
    name = "max-inflight",
    type = "int",
    direction = OUTGOING,
    defaultValue = "256",
    description =
        "How many messages may be on their way, 1 to 65535: kept across reconnections, the"
            + " back-pressure towards the stream")
@ConnectorAttribute(
    name = "no-subscribers",
    type = "string",
    direction = OUTGOING,
    defaultValue = "accept",
    description =
        "When the broker accepted a message that nobody subscribes to (reason code 0x10): `accept`"
            + " acks it, `fail` nacks it")
public class MusterMqttConnector implements InboundConnector, OutboundConnector, HealthReporter {
  /** The connector's name in {@code mp.messaging.….connector}. */
  public static final String NAME = "muster-mqtt";

  private final ExecutionHolder execution;
  private final Providers providers;
  private final List<InboundChannel> inbound = new CopyOnWriteArrayList<>();
  private final List<OutboundChannel> outbound = new CopyOnWriteArrayList<>();
  private final Set<String> clientIdentifiers = ConcurrentHashMap.newKeySet();

  @Inject
  MusterMqttConnector(
      ExecutionHolder execution,
      @Any Instance<MqttCredentials> credentials,
      @Any Instance<MqttClientIdentity> identities,
      @Any Instance<DeadLetterSink> deadLetterSinks) {
    this(execution, new CdiProviders(credentials, identities, deadLetterSinks));
  }

  MusterMqttConnector(ExecutionHolder execution, Providers providers) {
    this.execution = execution;
    this.providers = providers;
  }

  /**
   * @throws IllegalArgumentException when an attribute of the channel is missing or wrong
   */
  @Override
  public Flow.Publisher<? extends Message<?>> getPublisher(Config config) {
    var attributes = new MusterMqttConnectorIncomingConfiguration(config);
    requireOwnIdentifier(attributes);
    var settings = InboundSettings.from(attributes, providers);
    var channel = new InboundChannel(settings, Loop.on(execution.vertx().getDelegate()));
    inbound.add(channel);
    return channel;
  }

  /**
   * @throws IllegalArgumentException when an attribute of the channel is missing or wrong
   */
  @Override
  public Flow.Subscriber<? extends Message<?>> getSubscriber(Config config) {
    var attributes = new MusterMqttConnectorOutgoingConfiguration(config);
    requireOwnIdentifier(attributes);
    var settings = OutboundSettings.from(attributes, providers);
    var channel = new OutboundChannel(settings, Loop.on(execution.vertx().getDelegate()));
    outbound.add(channel);
    return channel;
  }

  /** Two connections with one client identifier would throw each other off for ever. */
  private void requireOwnIdentifier(MusterMqttConnectorCommonConfiguration attributes) {
    attributes
        .getClientId()
        .filter(identifier -> !clientIdentifiers.add(identifier))
        .ifPresent(
            taken -> {
              throw Invalid.attribute(
                  attributes.getChannel(), "client-id", "is another channel's too: " + taken);
            });
  }

  @Override
  public HealthReport getStartup() {
    return report(ChannelHealth::started);
  }

  @Override
  public HealthReport getReadiness() {
    return report(ChannelHealth::ready);
  }

  @Override
  public HealthReport getLiveness() {
    return report(ChannelHealth::alive);
  }

  private HealthReport report(Function<ChannelHealth, Verdict> question) {
    var report = HealthReport.builder();
    for (var channels : List.of(inbound, outbound)) {
      for (ChannelHealth channel : channels) {
        if (channel.reported()) {
          var verdict = question.apply(channel);
          report.add(channel.name(), verdict.good(), verdict.detail());
        }
      }
    }
    return report.build();
  }

  /** Ends every connection when the application stops; sessions stay at the broker. */
  void stop(
      @Observes(notifyObserver = Reception.IF_EXISTS)
          @Priority(50)
          @BeforeDestroyed(ApplicationScoped.class)
          Object event) {
    inbound.forEach(InboundChannel::stop);
    outbound.forEach(OutboundChannel::stop);
  }
}
