package io.muster.command.inbox;

import static io.muster.command.HandWired.bean;
import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.command.CommandDatabase;
import io.muster.command.SettableClock;
import io.muster.command.database.Database;
import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.ConnectedSession.Hearing;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.sessions.SessionRetelling;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nobody knows who is connected, until ingest has told all who are. */
class RetellingIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration SETTLED = Duration.ofSeconds(31);

  /** What is slow here is the machine. */
  private static final Map<String, String> PATIENT =
      Map.of("muster.command.database.transaction-timeout", "60s");

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final SettableClock clock =
      new SettableClock(Instant.now().truncatedTo(ChronoUnit.MILLIS));
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<ConnectedSession> connected = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private Retelling retelling;

  @BeforeEach
  void loseTheLog() {
    for (var n = 1; n <= 5; n++) {
      connected.add(session("d" + n, n));
    }
    retelling = retelling(this::page);
    goOn(retelling);
    assertEquals(List.of(), asked, "there is no gap");
    DATABASE.run(
        "INSERT INTO device_queue (key, tenant, device, known, open_commands, look_at)"
            + " SELECT n, 'acme', 'd' || n, true, 1, now() + interval '1 hour'"
            + " FROM generate_series(1, 6) AS n");
    DATABASE.run(
        "INSERT INTO connection (client_identifier, tenant, device, epoch, alive, changed_at)"
            + " VALUES ('acme:d6', 'acme', 'd6', 900, true, now())");
    lose();
  }

  /** As after ingest's database was replaced: epochs begin anew. */
  private void lose() {
    DATABASE
        .pool()
        .withTransaction(db -> PresenceTable.forgetAll(db, clock.instant()))
        .await()
        .atMost(PATIENCE);
    DATABASE.run("UPDATE device_queue SET look_at = now() + interval '1 hour'");
  }

  private void loseAgain() {
    clock.add(Duration.ofMillis(1));
    lose();
  }

  private Retelling retelling(SessionRetelling.Asked ingest) {
    return new Retelling(
        bean(Database.class, DATABASE.newPool(2), config(poolConfig(), PATIENT)),
        ingest,
        config(InboxConfig.class, Map.of("muster.command.inbox.retell-page", "2")),
        clock,
        meters);
  }

  private static Class<?> poolConfig() {
    try {
      return Class.forName("io.muster.command.database.PoolConfig");
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static ConnectedSession session(String device, long epoch, Hearing... hears) {
    return new ConnectedSession(
        DeviceAddress.of("acme", device), "acme:" + device, epoch, Instant.now(), List.of(hears));
  }

  private Uni<SessionPage> page(String after, int limit) {
    asked.add(after);
    var items =
        connected.stream()
            .filter(it -> it.clientIdentifier().compareTo(after) > 0)
            .limit(limit)
            .toList();
    return Uni.createFrom()
        .item(
            new SessionPage(
                items, items.size() < limit ? null : items.getLast().clientIdentifier()));
  }

  private void goOn(Retelling instance) {
    instance.goOn().await().atMost(PATIENCE);
  }

  private static boolean isOpen() {
    return DATABASE.number("SELECT count(*) FROM presence_gap") == 1;
  }

  private static long alive() {
    return DATABASE.number("SELECT count(*) FROM connection WHERE alive");
  }

  private double gapSeconds() {
    return meters.get("muster.command.presence.gap").gauge().value();
  }

  @Test
  void itEndsWhenAllWereTold() {
    goOn(retelling);
    assertEquals(List.of(), asked, "what was told last may not be in the table yet");
    clock.add(SETTLED);
    goOn(retelling);
    assertEquals(2, alive());
    assertTrue(isOpen());
    assertEquals(SETTLED.toSeconds(), gapSeconds());
    goOn(retelling);
    goOn(retelling);
    assertEquals(List.of("", "acme:d2", "acme:d4"), asked);
    assertEquals(5, alive());
    assertTrue(!isOpen());
    assertEquals(0, gapSeconds());
    assertEquals(5, meters.get("muster.command.presence.retold").counter().count());
    // Who was told is looked at; who was not is known to be away.
    assertEquals(
        5,
        DATABASE.number("SELECT count(*) FROM device_queue WHERE look_at <= now() + '1 minute'"));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM connection WHERE device = 'd6'"));
    goOn(retelling);
    assertEquals(3, asked.size());
  }

  @Test
  void whoHearsForAnotherIsTold() {
    connected.add(
        session(
            "gw",
            77,
            new Hearing(DeviceAddress.of("acme", "d6"), List.of("command/acme/d6/req/#")),
            new Hearing(DeviceAddress.of("acme", "d5"), List.of("shadow/acme/d5/update/delta"))));
    clock.add(SETTLED);
    Stream.generate(() -> retelling).limit(4).forEach(this::goOn);
    assertTrue(!isOpen());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM listener"));
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM listener WHERE client_identifier = 'acme:gw' AND device = 'd6'"
                + " AND epoch = 77"));
  }

  @Test
  void whatTheLogTellsIsNewer() {
    tell("INSERT INTO connection VALUES ('acme:d1', 'acme', 'd1', 1, false, now())");
    tell("INSERT INTO connection VALUES ('acme:d2', 'acme', 'd2', 12, true, now())");
    tell("INSERT INTO connection VALUES ('acme:d3', 'acme', 'd3', 2, false, now())");
    clock.add(SETTLED);
    Stream.generate(() -> retelling).limit(3).forEach(this::goOn);
    assertEquals(
        "acme:d2 12,acme:d3 3,acme:d4 4,acme:d5 5",
        DATABASE
            .pool()
            .query(
                "SELECT string_agg(client_identifier || ' ' || epoch, ',' ORDER BY"
                    + " client_identifier) FROM connection WHERE alive")
            .execute()
            .await()
            .atMost(PATIENCE)
            .iterator()
            .next()
            .getString(0));
  }

  private static void tell(String sql) {
    DATABASE.run(sql);
  }

  @Test
  void anotherInstanceGoesOnForOneThatWasKilled() {
    clock.add(SETTLED);
    goOn(retelling);
    // Killed while it waits for an answer: it says nothing any more.
    var waits = new CompletableFuture<Void>();
    var killed =
        retelling(
            (after, limit) -> {
              waits.complete(null);
              return Uni.createFrom().nothing();
            });
    var life = killed.goOn().subscribe().with(ended -> {}, waits::completeExceptionally);
    waits.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    life.cancel();
    goOn(retelling);
    assertEquals(List.of(""), asked, "while it may be alive it is left alone");
    clock.add(SETTLED);
    goOn(retelling);
    goOn(retelling);
    assertEquals(List.of("", "acme:d2", "acme:d4"), asked);
    assertTrue(!isOpen());
    assertEquals(5, alive());
  }

  @Test
  void itGoesOnWhenIngestWasAway() {
    clock.add(SETTLED);
    goOn(retelling);
    var away = retelling((after, limit) -> Uni.createFrom().failure(new IllegalStateException()));
    assertThrows(IllegalStateException.class, () -> goOn(away));
    assertTrue(isOpen());
    goOn(retelling);
    assertEquals(List.of(""), asked, "ingest is left alone for a while");
    clock.add(SETTLED);
    goOn(retelling);
    goOn(retelling);
    assertTrue(!isOpen());
  }

  @Test
  void aLogThatIsLostOnceMoreBeginsItAnew() {
    clock.add(SETTLED);
    goOn(retelling);
    var overtaken =
        retelling(
            (after, limit) ->
                Uni.createFrom()
                    .voidItem()
                    .emitOn(Infrastructure.getDefaultWorkerPool())
                    .invoke(this::loseAgain)
                    .chain(() -> page(after, limit)));
    goOn(overtaken);
    assertEquals(0, alive(), "an answer from before does not count");
    clock.add(SETTLED);
    Stream.generate(() -> retelling).limit(3).forEach(this::goOn);
    assertEquals(List.of("", "acme:d2", "", "acme:d2", "acme:d4"), asked);
    assertTrue(!isOpen());
    assertEquals(5, alive());
  }

  /** A replica that is gone for ever: its rows end in ingest, and the log says so. */
  @Test
  void whoGoesAfterwardsIsEndedByTheLog() {
    clock.add(SETTLED);
    Stream.generate(() -> retelling).limit(3).forEach(this::goOn);
    DATABASE
        .pool()
        .withTransaction(
            db ->
                PresenceTable.disconnected(
                    db,
                    new Step.Disconnected(
                        DeviceAddress.of("acme", "d3"), "acme:d3", 3, clock.instant())))
        .await()
        .atMost(PATIENCE);
    assertEquals(4, alive());
  }

  @Test
  void nobodyConnectedIsAnAnswerToo() {
    connected.clear();
    clock.add(SETTLED);
    goOn(retelling);
    assertTrue(!isOpen());
    assertEquals(0, alive());
  }
}
