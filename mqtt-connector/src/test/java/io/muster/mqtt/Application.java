package io.muster.mqtt;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.reactive.messaging.providers.connectors.ExecutionHolder;
import io.vertx.mutiny.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;

/** An application with channels, without a container: what a test consumes and sends with. */
final class Application implements AutoCloseable {
  static {
    // A machine at work stops a process for seconds; nobody waits longer for what comes soon.
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  private final String url;
  private final Supplier<String> password;
  private final Vertx vertx = Vertx.vertx();
  private final MusterMqttConnector connector;

  Application(BrokerExtension.Broker broker) {
    this(broker, new NamedProviders());
  }

  Application(BrokerExtension.Broker broker, Providers providers) {
    this(broker.url(), broker::token, providers);
  }

  /** For a broker that wants no password. */
  Application(String url) {
    this(url, () -> "none", new NamedProviders());
  }

  private Application(String url, Supplier<String> password, Providers providers) {
    if (Metrics.globalRegistry.getRegistries().isEmpty()) {
      Metrics.addRegistry(new SimpleMeterRegistry());
    }
    this.url = url;
    this.password = password;
    this.connector = new MusterMqttConnector(new ExecutionHolder(vertx), providers);
  }

  /** An incoming channel; the attributes are name, value, name, value. */
  Multi<Message<byte[]>> incoming(String channel, String... attributes) {
    return Multi.createFrom().publisher(publisher(channel, attributes));
  }

  @SuppressWarnings("unchecked")
  private Flow.Publisher<Message<byte[]>> publisher(String channel, String... attributes) {
    return (Flow.Publisher<Message<byte[]>>) connector.getPublisher(config(channel, attributes));
  }

  /** A consumer that takes up to so many messages and settles none. */
  AssertSubscriber<Message<byte[]>> consumer(long demand, String channel, String... attributes) {
    return incoming(channel, attributes)
        .subscribe()
        .withSubscriber(AssertSubscriber.create(demand));
  }

  /** A consumer that acks each message. */
  AssertSubscriber<Message<byte[]>> acking(String channel, String... attributes) {
    return incoming(channel, attributes)
        .onItem()
        .invoke(Message::ack)
        .subscribe()
        .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
  }

  /** Waits until all channels are connected. */
  void awaitReady() {
    Awaitility.await().until(() -> connector.getReadiness().isOk());
  }

  /** The payloads that a consumer got so far, as text. */
  static List<String> texts(AssertSubscriber<Message<byte[]>> consumer) {
    return consumer.getItems().stream()
        .map(message -> new String(message.getPayload(), StandardCharsets.UTF_8))
        .toList();
  }

  /** The numbers from the first up to but not the last, as text. */
  static List<String> numbers(int first, int last) {
    return IntStream.range(first, last).mapToObj(Integer::toString).toList();
  }

  @SuppressWarnings("unchecked")
  Flow.Subscriber<Message<?>> outgoing(String channel, String... attributes) {
    return (Flow.Subscriber<Message<?>>) connector.getSubscriber(config(channel, attributes));
  }

  /** Makes a persistent session that holds the subscription, and leaves it. */
  static void leaveSession(BrokerExtension.Broker broker, String channel, String... attributes) {
    try (var application = new Application(broker)) {
      application.consumer(0, channel, attributes);
      application.awaitReady();
    }
  }

  /** A counter of the channel's, since the process began. */
  static double counted(String metric, String channel) {
    return Metrics.globalRegistry.get(metric).tag("channel", channel).counter().count();
  }

  static double gauge(String metric, String channel) {
    return Metrics.globalRegistry.get(metric).tag("channel", channel).gauge().value();
  }

  MusterMqttConnector connector() {
    return connector;
  }

  private Config config(String channel, String... attributes) {
    var all = new HashMap<String, String>();
    all.put("channel-name", channel);
    all.put("url", url);
    all.put("username", "service:" + BrokerExtension.Broker.SERVICE);
    all.put("client-id", "service:" + BrokerExtension.Broker.SERVICE + ":0:" + channel);
    all.put("reconnect-delay", "50ms");
    all.put("reconnect-max-delay", "1s");
    all.put("shutdown-timeout", "100ms");
    all.put("failure-strategy", "redeliver");
    for (var index = 0; index < attributes.length; index += 2) {
      all.put(attributes[index], attributes[index + 1]);
    }
    if (!all.containsKey("password-file") && !all.containsKey("credentials")) {
      all.put("password", password.get());
    }
    return new SmallRyeConfigBuilder()
        .withSources(new PropertiesConfigSource(Map.copyOf(all), "test", 100))
        .build();
  }

  @Override
  public void close() {
    connector.stop(null);
    vertx.closeAndAwait();
  }
}
