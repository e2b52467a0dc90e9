package io.muster.command.inbox;

import static org.awaitility.Awaitility.await;

import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.ServiceTest;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A device that connects for the first time while it gets its first command. */
@ServiceTest
class FirstCommandIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String WAITING =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";

  @Inject Pool pool;
  @Inject IngestLog log;
  CommandStack stack;

  @Test
  void isSentItThoughBothAreWrittenAtTheSameTime() {
    var device = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(device);
    var api = Api.as(stack.person("operator", device.tenant().value()));
    var db = pool.getConnection().await().atMost(PATIENCE);
    try (var others = Executors.newVirtualThreadPerTaskExecutor()) {
      var coming = db.begin().await().atMost(PATIENCE);
      log.apply(db, List.of(connected(device))).await().atMost(PATIENCE);
      var sending = others.submit(() -> api.sent(device, Map.of("name", "a")));
      await().atMost(PATIENCE).until(() -> sending.isDone() || somebodyWaits());
      coming.commit().await().atMost(PATIENCE);
      await().atMost(PATIENCE).until(sending::isDone);
      assertSent(sending);
    } finally {
      db.close().await().atMost(PATIENCE);
    }
    await().atMost(PATIENCE).until(() -> !stack.endpoint().received(device).isEmpty());
  }

  private static void assertSent(Future<String> sending) {
    sending.resultNow();
  }

  private boolean somebodyWaits() {
    var rows = pool.query(WAITING).execute().await().atMost(PATIENCE);
    return rows.iterator().next().getLong(0) > 0;
  }

  private static OutboxEvent connected(DeviceAddress device) {
    var session =
        new SessionEvent(
            "r", "b", 1, 1, device.tenant() + ":" + device.device(), Instant.now(), null);
    var topic = PlatformTopic.of(ServiceName.INGEST, "session/connected", device);
    var entry = OutboxEntry.event(UUID.randomUUID(), topic, session, Instant.now(), Map.of());
    return new OutboxEvent(
        1,
        entry.id(),
        entry.topic(),
        1,
        CloudEvent.CONTENT_TYPE,
        null,
        entry.payload(),
        Instant.now(),
        null,
        null,
        null);
  }
}
