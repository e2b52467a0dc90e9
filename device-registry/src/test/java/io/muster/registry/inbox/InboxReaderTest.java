package io.muster.registry.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.ServiceName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InboxReaderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<String> done = new ArrayList<>();
  private final AtomicInteger skipped = new AtomicInteger();
  private final InboxReader reader =
      new InboxReader(
          List.of(new Handler("a", "one"), new Handler("b", "two")), skipped::incrementAndGet);

  /** Wants one topic name and writes down what it gets. */
  private final class Handler implements InboxHandler {
    private final String name;
    private final String topic;

    Handler(String name, String topic) {
      this.name = name;
      this.topic = topic;
    }

    @Override
    public ServiceName service() {
      return ServiceName.INGEST;
    }

    @Override
    public boolean wants(OutboxEvent event) {
      return event.topic().equals(topic);
    }

    @Override
    public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
      done.add(name + events.stream().map(OutboxEvent::sequence).toList());
      return events.size() > 2
          ? Uni.createFrom().failure(new IllegalStateException("as the test wants it"))
          : Uni.createFrom().voidItem();
    }

    @Override
    public void leftOut(OutboxEvent event) {
      done.add(name + " left out [" + event.sequence() + "]");
      if (event.sequence() == 7) {
        throw new IllegalStateException("as the test wants it");
      }
    }

    @Override
    public Uni<Void> startOver(SqlConnection transaction) {
      done.add(name + " starts over");
      return Uni.createFrom().voidItem();
    }
  }

  @Test
  void wantsWhatOneOfTheHandlersWants() {
    assertTrue(reader.wants(event(1, "one")));
    assertTrue(reader.wants(event(1, "two")));
    assertFalse(reader.wants(event(1, "three")));
  }

  @Test
  void eachHandlerGetsItsOwnInTheirOrder() {
    apply(event(1, "two"), event(2, "one"), event(3, "two"));
    assertEquals(List.of("a[2]", "b[1, 3]"), done);
  }

  @Test
  void whatFailsForOneHandlerIsDoneForNone() {
    assertThrows(
        IllegalStateException.class,
        () -> apply(event(1, "one"), event(2, "one"), event(3, "one"), event(4, "two")));
    assertEquals(List.of("a[1, 2, 3]"), done);
  }

  @Test
  void allStartOver() {
    reader.startOver(null).await().atMost(PATIENCE);
    assertEquals(List.of("a starts over", "b starts over"), done);
  }

  @Test
  void whatIsLeftOutIsCountedAndWhoWantedItIsTold() {
    reader.leftOut(event(1, "one"));
    assertEquals(1, skipped.get());
    assertEquals(List.of("a left out [1]"), done);
  }

  @Test
  void whoCannotBeToldHoldsUpNobody() {
    reader.leftOut(event(7, "two"));
    assertEquals(1, skipped.get());
    assertEquals(List.of("b left out [7]"), done);
  }

  private void apply(OutboxEvent... events) {
    reader.apply(null, List.of(events)).await().atMost(PATIENCE);
  }

  private static OutboxEvent event(long sequence, String topic) {
    return new OutboxEvent(
        sequence, UUID.randomUUID(), topic, 1, null, Map.of(), new byte[0], Instant.now());
  }
}
