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
import java.util.concurrent.Flow;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;

/**
 * The Reactive Messaging connector {@code muster-mqtt}: channels over MQTT 5 that acknowledge only
 * what the application acknowledged. The attributes of a channel are those of the annotations
 * below; README.md explains them with examples, DESIGN.md how it works. Thread-safe.
 */
// The annotations are the single table of the attributes: the reader of a channel's configuration
// is generated from them, and README.md is held against them. They must stand on this class.
@ApplicationScoped
@Connector(MusterMqttConnector.NAME)
@ConnectorAttribute(
    name = "url",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "The broker, `mqtt://host:port` or `mqtts://host:port`; instead of `host`, `port`, `tls`")
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
        "PEM file of the authorities to trust, read at each connection; else the Java runtime's")
@ConnectorAttribute(
    name = "client-certificate-file",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "PEM file of the client's own chain, read at each connection; with `client-key-file`")
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
@ConnectorAttribute(
    name = "client-id",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "The client identifier, of this channel only; else random, without a lasting session")
@ConnectorAttribute(
    name = "client-id-provider",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "The `@Identifier` of an `MqttClientIdentity` bean, asked for it at each connection")
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
        "A file with the password, read at each connection; white space around it is ignored")
@ConnectorAttribute(
    name = "credentials",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    description =
        "The `@Identifier` of an `MqttCredentials` bean, asked at each connection instead")
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
        "The wait before the first attempt to reconnect; it doubles, and half of it is random")
@ConnectorAttribute(
    name = "reconnect-max-delay",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "30s",
    description =
        "The longest wait; after a connection that lasted as long, `reconnect-delay` is next again")
@ConnectorAttribute(
    name = "shutdown-timeout",
    type = "string",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "5s",
    description =
        "The time for messages on their way at the end; the rest is redelivered, or nacked")
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
        "Incoming: the highest asked for. Outgoing: for messages without one in their metadata")
@ConnectorAttribute(
    name = "tracing-enabled",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "true",
    description = "Whether W3C trace context travels in user properties, if OpenTelemetry is there")
@ConnectorAttribute(
    name = "health-enabled",
    type = "boolean",
    direction = INCOMING_AND_OUTGOING,
    defaultValue = "true",
    description = "Whether the channel appears in the health reports")
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
        "A file of its own, as lasting as the session, where it notes its filters to do so by"
            + " itself")
@ConnectorAttribute(
    name = "session-expiry",
    type = "string",
    direction = INCOMING,
    defaultValue = "24h",
    description =
        "How long the broker keeps the session without a connection, whole seconds; 0s for not")
@ConnectorAttribute(
    name = "clean-start",
    type = "boolean",
    direction = INCOMING,
    defaultValue = "false",
    description =
        "Whether this process' first connection discards the session and what is queued in it")
@ConnectorAttribute(
    name = "receive-maximum",
    type = "int",
    direction = INCOMING,
    defaultValue = "1000",
    description =
        "How many messages may be unacknowledged, 1 to 65535: the bound in memory, the"
            + " back-pressure")
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
        "The largest payload in bytes for the application; a larger one counts as nacked at last")
@ConnectorAttribute(
    name = "failure-strategy",
    type = "string",
    direction = INCOMING,
    defaultValue = "dead-letter",
    description =
        "For a message nacked for the last time: `dead-letter`, `redeliver`, `ignore`, `fail`")
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
        "When nobody subscribes to `dead-letter-topic`: `fail` redelivers, `accept` lets it be"
            + " lost")
@ConnectorAttribute(
    name = "stuck-after",
    type = "string",
    direction = INCOMING,
    defaultValue = "5m",
    description =
        "Not ready when the application holds a message, or takes none of those that wait, for so"
            + " long; 0s for never")
@ConnectorAttribute(
    name = "resume-again-after",
    type = "string",
    direction = INCOMING,
    defaultValue = "10s",
    description =
        "After an outage the session is resumed a second time, so long after the first; 0s for not")
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
        "How many messages may be on their way, 1 to 65535; they are kept across reconnections")
@ConnectorAttribute(
    name = "no-subscribers",
    type = "string",
    direction = OUTGOING,
    defaultValue = "accept",
    description =
        "When nobody subscribes to a message's topic (code 0x10): `accept` acks, `fail` nacks it")
public class MusterMqttConnector implements InboundConnector, OutboundConnector, HealthReporter {
  /** The connector's name in {@code mp.messaging.….connector}. */
  public static final String NAME = "muster-mqtt";

  private final ExecutionHolder execution;
  private final Channels channels;

  @Inject
  MusterMqttConnector(
      ExecutionHolder execution,
      @Any Instance<MqttCredentials> credentials,
      @Any Instance<MqttClientIdentity> identities,
      @Any Instance<DeadLetterSink> sinks) {
    this(execution, new CdiProviders(credentials, identities, sinks));
  }

  MusterMqttConnector(ExecutionHolder execution, Providers providers) {
    this.execution = execution;
    this.channels = new Channels(providers);
  }

  /**
   * @throws IllegalArgumentException when an attribute of the channel is missing or wrong
   */
  @Override
  public Flow.Publisher<? extends Message<?>> getPublisher(Config config) {
    return channels.incoming(config, execution.vertx().getDelegate());
  }

  /**
   * @throws IllegalArgumentException when an attribute of the channel is missing or wrong
   */
  @Override
  public Flow.Subscriber<? extends Message<?>> getSubscriber(Config config) {
    return channels.outgoing(config, execution.vertx().getDelegate());
  }

  @Override
  public HealthReport getStartup() {
    return channels.report(Channel::started);
  }

  @Override
  public HealthReport getReadiness() {
    return channels.report(Channel::ready);
  }

  @Override
  public HealthReport getLiveness() {
    return channels.report(Channel::alive);
  }

  /** Ends every connection when the application stops; sessions stay at the broker. */
  void stop(
      @Observes(notifyObserver = Reception.IF_EXISTS)
          @Priority(50)
          @BeforeDestroyed(ApplicationScoped.class)
          Object event) {
    channels.stop();
  }
}
