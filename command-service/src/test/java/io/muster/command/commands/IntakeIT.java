package io.muster.command.commands;

import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.muster.command.CommandDatabase;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.vertx.pgclient.PgException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Commands that go into the database together. */
class IntakeIT {
  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private static final Map<String, String> LIMITS =
      Map.of("muster.command.limits.open-per-device", "2");

  private final Map<String, Long> queues = new HashMap<>();
  private Instance instance;

  @BeforeEach
  void start() {
    instance = new Instance(DATABASE, LIMITS, new PlayedBroker());
    for (var name : List.of("held", "a", "b", "gone", "full")) {
      instance.know(device(name));
      // Those of one lane.
      DATABASE.run("UPDATE device_queue SET key = key * 2 + 1000 WHERE device = '" + name + "'");
      queues.put(
          name, DATABASE.number("SELECT key FROM device_queue WHERE device = '" + name + "'"));
    }
  }

  @AfterEach
  void stop() {
    instance.close();
  }

  @Test
  void whatOneIsRefusedForIsNoOthersAffair() throws Exception {
    var key = new IdempotencyKey("same");
    CompletableFuture<Intake.Sent> first;
    List<CompletableFuture<Intake.Sent>> full;
    CompletableFuture<Intake.Sent> good;
    CompletableFuture<Intake.Sent> gone;
    CompletableFuture<Intake.Sent> keyed;
    CompletableFuture<Intake.Sent> repeated;
    CompletableFuture<Intake.Sent> another;
    try (var holder = holdUp("held")) {
      first = put(order("held", "go", null));
      good = put(order("a", "go", null));
      gone = put(order("gone", "go", null));
      keyed = put(order("b", "go", key));
      repeated = put(order("b", "go", key));
      another = put(order("b", "stop", key));
      full = Stream.generate(() -> put(order("full", "go", null))).limit(3).toList();
      DATABASE.run("UPDATE device_queue SET known = false WHERE device = 'gone'");
      assertFalse(first.isDone());
      holder.rollback();
    }
    assertTrue(sent(first).isNew());
    assertTrue(sent(good).isNew());
    assertEquals(new Refusal.Absent("There is no such device."), refusal(gone));
    assertTrue(sent(keyed).isNew());
    assertFalse(sent(repeated).isNew());
    assertEquals(sent(keyed).command(), sent(repeated).command());
    assertEquals("idempotency-key-used", ((Refusal.Conflict) refusal(another)).kind());
    assertTrue(sent(full.get(0)).isNew() && sent(full.get(1)).isNew());
    assertEquals(new Refusal.LimitReached("open commands of the device", 2), refusal(full.get(2)));
    assertEquals(5, DATABASE.number("SELECT count(*) FROM command"));
    assertEquals(5, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
    assertEquals(5, DATABASE.number("SELECT count(*) FROM audit WHERE action = 'command-sent'"));
    // What waited went in one transaction.
    assertEquals(2, DATABASE.number("SELECT count(DISTINCT xmin::text) FROM command"));
  }

  @Test
  void whatTheDatabaseDoesNotTakeFailsAlone() throws Exception {
    CompletableFuture<Intake.Sent> unfit;
    CompletableFuture<Intake.Sent> good;
    try (var holder = holdUp("held")) {
      put(order("held", "go", null));
      unfit = put(order("a", "no\0text", null));
      good = put(order("b", "go", null));
      holder.rollback();
    }
    assertTrue(sent(good).isNew());
    var failure = assertThrows(CompletionException.class, unfit::join);
    assertTrue(failure.getCause() instanceof PgException, failure::toString);
    assertEquals(2, DATABASE.number("SELECT count(*) FROM command"));
  }

  @Test
  void commandsOfADeviceKeepTheirOrder() throws Exception {
    CompletableFuture<Intake.Sent> one;
    CompletableFuture<Intake.Sent> two;
    try (var holder = holdUp("held")) {
      put(order("held", "go", null));
      one = put(order("a", "one", null));
      two = put(order("a", "two", null));
      holder.rollback();
    }
    sent(one);
    sent(two);
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM command AS a JOIN command AS b ON a.queue_key = b.queue_key"
                + " WHERE a.name = 'one' AND b.name = 'two' AND a.key < b.key"));
  }

  /** Whoever comes for that queue waits until this is rolled back. */
  private Connection holdUp(String device) throws SQLException {
    var connection = DATABASE.connect();
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute("SELECT FROM device_queue WHERE device = '" + device + "' FOR UPDATE");
    }
    return connection;
  }

  private Intake.Order order(String device, String name, IdempotencyKey key) {
    var payload = JsonNodeFactory.instance.objectNode().put("delay", 5);
    var body = new CommandBody("go", payload, null, null, null, null, null, null, null);
    var read = NewCommand.read(body, config(CommandLimits.class, LIMITS), Instant.now());
    var sha = read.requestSha256().clone();
    sha[0] = (byte) name.hashCode();
    return new Intake.Order(
        queues.get(device),
        device(device),
        instance.commands.nextId(),
        new NewCommand(name, read.contentType(), read.payload(), read.terms(), sha),
        Optional.ofNullable(key),
        Instance.AUTHOR,
        Map.of());
  }

  private CompletableFuture<Intake.Sent> put(Intake.Order order) {
    return instance.intake.put(order).subscribeAsCompletionStage().toCompletableFuture();
  }

  private static Intake.Sent sent(CompletableFuture<Intake.Sent> answer) throws Exception {
    return answer.get(60, TimeUnit.SECONDS);
  }

  private static Refusal refusal(CompletableFuture<Intake.Sent> answer) {
    var failure = assertThrows(CompletionException.class, answer::join);
    return ((RefusedException) failure.getCause()).refusal();
  }

  private static DeviceAddress device(String name) {
    return DeviceAddress.of("acme", name);
  }
}
