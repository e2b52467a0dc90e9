package io.muster.mqtt;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.providers.connectors.ExecutionHolder;
import io.vertx.mutiny.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * A consumer as a process of its own, to be killed. Prints each message, and acknowledges it never
 * ({@code hold}) or one after the other, after a while ({@code slow}).
 */
final class ConsumerMain {
  static final String MARK = "got ";

  private ConsumerMain() {}

  /** url, token, channel, topic filter, mode. */
  public static void main(String[] arguments) throws InterruptedException {
    var connector =
        new MusterMqttConnector(new ExecutionHolder(Vertx.vertx()), new NamedProviders());
    var attributes =
        Map.of(
            "channel-name",
            arguments[2],
            "url",
            arguments[0],
            "username",
            "service:probe",
            "password",
            arguments[1],
            "client-id",
            "service:probe:0:" + arguments[2],
            "topic",
            arguments[3],
            "receive-maximum",
            "100",
            "failure-strategy",
            "redeliver");
    var config =
        new SmallRyeConfigBuilder()
            .withSources(new PropertiesConfigSource(attributes, "arguments", 100))
            .build();
    var messages = Multi.createFrom().publisher(connector.getPublisher(config));
    switch (arguments[4]) {
      case "hold" -> messages.subscribe().with(ConsumerMain::print);
      case "slow" ->
          messages
              .onItem()
              .transformToUniAndConcatenate(
                  message ->
                      Uni.createFrom()
                          .item(message)
                          .onItem()
                          .delayIt()
                          .by(Duration.ofMillis(1))
                          .invoke(ConsumerMain::print)
                          .invoke(Message::ack))
              .subscribe()
              .with(ignored -> {});
      default -> throw new IllegalArgumentException(arguments[4]);
    }
    new CountDownLatch(1).await();
  }

  private static void print(Message<?> message) {
    var text = new String((byte[]) message.getPayload(), StandardCharsets.UTF_8);
    System.out.println(MARK + text.substring(0, Math.min(8, text.length())).strip());
  }
}
