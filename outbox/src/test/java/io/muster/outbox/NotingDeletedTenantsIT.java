package io.muster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.message.UserProperties;
import io.muster.contract.registry.DeletedTenants;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who was deleted is noted with the place in the registry's log, or neither. */
class NotingDeletedTenantsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String DELETED = "platform/registry/tenant-deleted/";

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final List<String> others = new ArrayList<>();
  private boolean failing;
  private SharedEffects effects;

  @BeforeEach
  void follow() {
    var removals =
        new TenantRemovals(
            DATABASE.pool(),
            new TenantRemovals.Settings(
                10,
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ZERO,
                Duration.ofDays(1),
                Duration.ofHours(1),
                Duration.ofHours(1),
                Duration.ofSeconds(1)),
            TenantRemovals.Keeps.of(List.of()),
            (after, limit) -> Uni.createFrom().item(new DeletedTenants(List.of(), after)),
            Clock.systemUTC());
    var reader = new NotingDeletedTenants(new Others(), removals);
    effects =
        new SharedEffects(DATABASE.pool(), PATIENCE, "registry", Duration.ofMinutes(5), reader);
    assertTrue(now(effects.isMine()));
  }

  @Test
  void theOthersGetTheRest() {
    now(effects.take(page("platform/registry/device-deleted/gone/d1", DELETED + "gone", "a/b/c")));
    assertEquals(List.of("platform/registry/device-deleted/gone/d1"), others);
    assertEquals(1, noted());
    assertEquals(3L, now(effects.position()));
  }

  @Test
  void aPageThatFailsNotesNobodyAndOneThatComesAgainChangesNothing() {
    var page = page("platform/registry/device-deleted/gone/d1", DELETED + "gone");
    failing = true;
    effects.take(page).onFailure().recoverWithNull().await().atMost(PATIENCE);
    assertEquals(0, noted());
    assertEquals(0L, now(effects.position()));
    failing = false;
    now(effects.take(page));
    now(effects.take(page));
    assertEquals(1, noted());
    assertEquals(2L, now(effects.position()));
  }

  @Test
  void aNameThatIsNoneHoldsUpNothing() {
    now(effects.take(page(DELETED + "NOT-A-TENANT", DELETED + "gone")));
    assertEquals(1, noted());
  }

  private final class Others implements SharedEffects.Reader {
    @Override
    public boolean wants(OutboxEvent event) {
      return event.topic().contains("device-deleted");
    }

    @Override
    public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
      if (failing) {
        return Uni.createFrom().failure(new IllegalStateException("not now"));
      }
      events.forEach(event -> others.add(event.topic()));
      return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> startOver(SqlConnection transaction) {
      return Uni.createFrom().voidItem();
    }
  }

  private static long noted() {
    return DATABASE.number("SELECT count(*) FROM tenant_removal");
  }

  private static EventPage page(String... topics) {
    List<OutboxEvent> events = new ArrayList<>();
    for (var topic : topics) {
      events.add(
          new OutboxEvent(
              events.size() + 1,
              UUID.randomUUID(),
              topic,
              1,
              null,
              UserProperties.NONE,
              new byte[0],
              Instant.now(),
              null,
              null,
              null));
    }
    return new EventPage(events, events.size(), 1);
  }

  private static <T> T now(Uni<T> uni) {
    return uni.await().atMost(PATIENCE);
  }
}
