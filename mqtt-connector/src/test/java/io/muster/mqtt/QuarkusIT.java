package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.common.vertx.VertxContext;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Outgoing;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.Test;

/** The connector in a Quarkus application: the samples of the README, and what they promise. */
@QuarkusTest
@QuarkusTestResource(QuarkusIT.Surroundings.class)
class QuarkusIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** The broker, and the configuration of the channels. */
  public static final class Surroundings implements QuarkusTestResourceLifecycleManager {
    private BrokerExtension.Broker broker;

    @Override
    public Map<String, String> start() {
      broker = BrokerExtension.Broker.start();
      var configuration = new java.util.HashMap<String, String>();
      configuration.put("mp.messaging.connector.muster-mqtt.url", broker.url());
      configuration.put("mp.messaging.connector.muster-mqtt.credentials", "token");
      configuration.put("probe.token", broker.token());
      channel(configuration, "incoming", "orders", "topic", "platform/probe/orders/#");
      channel(configuration, "incoming", "bills", "topic", "platform/probe/bills");
      channel(configuration, "incoming", "notes", "topic", "platform/probe/notes");
      channel(configuration, "outgoing", "orders-out", "topic", "platform/probe/orders/web");
      channel(configuration, "outgoing", "bills-out", "topic", "platform/probe/bills");
      channel(configuration, "outgoing", "notes-out", "topic", "platform/probe/notes");
      return configuration;
    }

    private static void channel(
        Map<String, String> configuration, String direction, String name, String... attributes) {
      var prefix = "mp.messaging." + direction + "." + name + ".";
      configuration.put(prefix + "connector", "muster-mqtt");
      configuration.put(prefix + "client-id", "service:probe:0:" + name);
      for (var index = 0; index < attributes.length; index += 2) {
        configuration.put(prefix + attributes[index], attributes[index + 1]);
      }
      if (direction.equals("incoming")) {
        configuration.put(prefix + "dead-letter-sink", "kept");
        configuration.put(prefix + "retry-attempts", "1");
        configuration.put(prefix + "retry-delay", "10ms");
      }
    }

    @Override
    public void stop() {
      broker.close();
    }
  }

  /** A typed payload. */
  public record Order(String article, int pieces) {}

  /** Logs in with a token. */
  @ApplicationScoped
  @Identifier("token") public static class Token implements MqttCredentials {
    private final String token;

    @Inject
    Token(
        @org.eclipse.microprofile.config.inject.ConfigProperty(name = "probe.token") String token) {
      this.token = token;
    }

    @Override
    public MqttLogin login(String channel) {
      return new MqttLogin(
          "service:probe", token.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  /** Keeps dead letters. */
  @ApplicationScoped
  @Identifier("kept") public static class Kept implements DeadLetterSink {
    private final List<DeadLetter> letters = new CopyOnWriteArrayList<>();

    @Override
    public Uni<Void> store(DeadLetter letter) {
      letters.add(letter);
      return Uni.createFrom().voidItem();
    }

    List<DeadLetter> letters() {
      return letters;
    }
  }

  /** Makes bills of orders. */
  @ApplicationScoped
  public static class Shop {
    private final List<Boolean> onOwnContext = new CopyOnWriteArrayList<>();
    private final List<JsonObject> bills = new CopyOnWriteArrayList<>();
    private final List<String> notes = new CopyOnWriteArrayList<>();

    @Incoming("orders")
    @Outgoing("bills-out")
    Uni<JsonObject> bill(Order order) {
      onOwnContext.add(VertxContext.isDuplicatedContext(Vertx.currentContext()));
      return order.pieces() < 1
          ? Uni.createFrom().failure(new IllegalArgumentException("nothing ordered"))
          : Uni.createFrom().item(new JsonObject().put("article", order.article()).put("price", 3));
    }

    @Incoming("bills")
    void keep(JsonObject bill) {
      bills.add(bill);
    }

    @Incoming("notes")
    void note(String text) {
      notes.add(text);
    }

    List<JsonObject> bills() {
      return bills;
    }

    List<String> notes() {
      return notes;
    }

    boolean alwaysOnOwnContext() {
      return onOwnContext.stream().allMatch(Boolean::booleanValue);
    }
  }

  @Inject Shop shop;

  @Inject
  @Identifier("kept") Kept kept;

  @Inject
  @Connector(MusterMqttConnector.NAME)
  MusterMqttConnector connector;

  @Inject
  @Channel("orders-out")
  MutinyEmitter<Object> orders;

  @Inject
  @Channel("notes-out")
  MutinyEmitter<String> notes;

  @Test
  void channelsCarryTypedMessagesAndDeadLetters() {
    Awaitility.await().atMost(PATIENCE).until(() -> connector.getReadiness().isOk());
    orders.sendAndAwait(new Order("chair", 2));
    orders.sendAndAwait(new Order("table", 0));
    orders.sendAndAwait("no JSON at all");
    orders.sendAndAwait(new Order("lamp", 1));
    notes.sendAndAwait("hello");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> shop.bills().size() == 2 && kept.letters().size() == 2);
    Awaitility.await().atMost(PATIENCE).until(() -> shop.notes().equals(List.of("hello")));
    assertEquals("chair", shop.bills().get(0).getString("article"));
    assertEquals("lamp", shop.bills().get(1).getString("article"));
    assertEquals("nothing ordered", kept.letters().get(0).reason().getMessage());
    assertEquals(2, kept.letters().get(0).message().attempt());
    assertTrue(shop.alwaysOnOwnContext());
    assertTrue(connector.getLiveness().isOk());
    assertTrue(connector.getStartup().isOk());
  }
}
