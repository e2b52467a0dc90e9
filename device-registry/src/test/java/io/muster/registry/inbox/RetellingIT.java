package io.muster.registry.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.DeviceAddress;
import io.muster.registry.RegistryTest;
import io.muster.registry.events.Changes;
import io.muster.rest.sessions.SessionRetelling;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ingest tells who is connected after its log was lost, without ingest. */
@RegistryTest
class RetellingIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Clock LATER = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1));

  @Inject Pool pool;
  @Inject Changes changes;
  @Inject InboxConfig config;

  /** More than a page. */
  private final List<ConnectedSession> connected =
      IntStream.range(1_000, 1_750).mapToObj(n -> session("d" + n)).toList();

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @BeforeEach
  void loseTheLog() {
    var lost = retelling(this::page, Clock.systemUTC());
    pool.withTransaction(lost::startOver).await().atMost(PATIENCE);
  }

  @AfterEach
  void forgetIt() {
    pool.query("DELETE FROM session_gap").execute().await().atMost(PATIENCE);
  }

  @Test
  void allAreToldWhoeverGoesOn() {
    goOn(retelling(this::page, Clock.systemUTC()));
    assertEquals(List.of(), asked, "what was told last may not be in the table yet");
    var one = retelling(this::page, LATER, meters);
    goOn(one);
    assertTrue(gapSeconds() >= 59, () -> "a gap of " + gapSeconds());
    goOn(retelling(this::page, LATER));
    goOn(one);
    goOn(one);
    assertEquals(List.of("", "acme:d1499"), asked);
    assertEquals(connected.stream().map(ConnectedSession::clientIdentifier).toList(), told);
    assertEquals(0, gapSeconds());
    assertEquals(500, meters.get("muster.registry.sessions.retold").counter().count());
  }

  @Test
  void itGoesOnWhenIngestWasAway() {
    var away = retelling((_, _) -> Uni.createFrom().failure(new IllegalStateException()), LATER);
    assertThrows(IllegalStateException.class, () -> goOn(away));
    // Left alone for a while.
    goOn(away);
    goOn(retelling(this::page, LATER));
    assertEquals(500, told.size());
  }

  @Test
  void whatIsNotTakenIsToldAgain() {
    var failing =
        new Retelling(
            Optional.empty(),
            this::page,
            List.of((_, _) -> Uni.createFrom().failure(new IllegalStateException())),
            pool,
            changes,
            config,
            LATER,
            new SimpleMeterRegistry());
    assertThrows(IllegalStateException.class, () -> goOn(failing));
    goOn(retelling(this::page, LATER));
    assertEquals(List.of("", ""), asked);
    assertEquals(500, told.size());
  }

  @Test
  void anAnswerFromBeforeItWasLostOnceMoreDoesNotCount() {
    var overtaken =
        retelling(
            (after, limit) ->
                pool.withTransaction(retelling(this::page, Clock.systemUTC())::startOver)
                    .chain(() -> page(after, limit)),
            LATER);
    goOn(overtaken);
    assertEquals(List.of(), told);
    goOn(retelling(this::page, LATER));
    assertEquals(500, told.size());
  }

  private Retelling retelling(SessionRetelling.Asked ingest, Clock clock) {
    return retelling(ingest, clock, new SimpleMeterRegistry());
  }

  private Retelling retelling(SessionRetelling.Asked ingest, Clock clock, MeterRegistry meters) {
    SessionHandler handler =
        (transaction, sessions) -> {
          sessions.forEach(it -> told.add(it.clientIdentifier()));
          return Uni.createFrom().voidItem();
        };
    return new Retelling(
        Optional.empty(), ingest, List.of(handler), pool, changes, config, clock, meters);
  }

  private Uni<SessionPage> page(String after, int limit) {
    asked.add(after);
    var items =
        connected.stream()
            .filter(it -> it.clientIdentifier().compareTo(after) > 0)
            .limit(limit)
            .toList();
    var next = items.size() < limit ? null : items.getLast().clientIdentifier();
    return Uni.createFrom().item(new SessionPage(items, next));
  }

  private static ConnectedSession session(String device) {
    return new ConnectedSession(
        DeviceAddress.of("acme", device), "acme:" + device, 5, Instant.now(), List.of());
  }

  private static void goOn(Retelling retelling) {
    retelling.goOn().await().atMost(PATIENCE);
  }

  private double gapSeconds() {
    return meters.get("muster.registry.sessions.gap").gauge().value();
  }
}
