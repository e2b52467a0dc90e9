package io.muster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.TenantId;
import io.muster.contract.message.UserProperties;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a log says of deleted tenants has no effect. */
class WithoutRemovedTenantsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final List<List<String>> applied = new ArrayList<>();

  private final SharedEffects.Reader reader =
      new WithoutRemovedTenants(
          new SharedEffects.Reader() {
            @Override
            public boolean wants(OutboxEvent event) {
              return true;
            }

            @Override
            public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
              applied.add(events.stream().map(OutboxEvent::topic).toList());
              return Uni.createFrom().voidItem();
            }

            @Override
            public Uni<Void> startOver(SqlConnection transaction) {
              return Uni.createFrom().voidItem();
            }
          });

  @BeforeEach
  void remove() {
    DATABASE
        .pool()
        .withTransaction(db -> TenantRemovals.note(db, List.of(new TenantId("gone"))))
        .await()
        .atMost(PATIENCE);
  }

  @Test
  void eventsOfOthersKeepTheirOrder() {
    apply(
        "platform/ingest/session/connected/acme/d1",
        "platform/ingest/session/connected/gone/d1",
        "command/gone/d1/res/1/200",
        "command/acme/d1/res/1/200",
        "platform/ingest/delivered/gone/d1",
        "firmware/acme/gone/feedback");
    assertEquals(
        List.of(
            List.of(
                "platform/ingest/session/connected/acme/d1",
                "command/acme/d1/res/1/200",
                "firmware/acme/gone/feedback")),
        applied);
  }

  @Test
  void aPageOfDeletedTenantsAloneHasNoEffect() {
    apply("command/gone/d1/res/1/200", "aws/gone/d1/jobs/get");
    assertEquals(List.of(), applied);
  }

  private void apply(String... topics) {
    var events = Stream.of(topics).map(WithoutRemovedTenantsIT::event).toList();
    DATABASE.pool().withTransaction(db -> reader.apply(db, events)).await().atMost(PATIENCE);
  }

  private static OutboxEvent event(String topic) {
    return new OutboxEvent(
        1,
        UUID.randomUUID(),
        topic,
        1,
        null,
        UserProperties.NONE,
        new byte[0],
        Instant.now(),
        null,
        null,
        null);
  }
}
