package io.muster.ingest.telemetry.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.TenantId;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FollowerTest {
  private static final int MOST_WAITING = 10;
  private static final int MOST_BYTES = 10_000;

  private final Follower follower =
      new Follower(new Interest(new TenantId("demo"), null), MOST_WAITING, MOST_BYTES);

  @Test
  void dropsAClientForWhichTooManyBytesWait() {
    var client = follow();
    for (int i = 0; i < 5; i++) {
      follower.offer(event(2_000));
    }
    client.request(100).assertCompleted();
    assertEquals(List.of("reading", "reading", "end"), names(client));
    assertTrue(client.getItems().getLast().data().contains("too-slow"));
  }

  @Test
  void sendsOneEventHoweverLargeItIs() {
    var client = follow();
    follower.offer(event(100_000));
    client.request(1);
    follower.offer(event(100_000));
    client.request(1);
    assertEquals(List.of("reading", "reading"), names(client));
    client.assertNotTerminated();
  }

  @Test
  void whatWasTakenNoLongerWaits() {
    var client = follow();
    for (int i = 0; i < 100; i++) {
      follower.offer(event(2_000));
      client.request(1);
    }
    assertEquals(100, client.getItems().size());
    client.assertNotTerminated();
  }

  @Test
  void dropsAClientForWhichTooManyEventsWait() {
    var client = follow();
    Stream.generate(() -> event(1)).limit(MOST_WAITING + 1).forEach(follower::offer);
    client.request(100).assertCompleted();
    assertEquals(MOST_WAITING + 1, client.getItems().size());
  }

  @Test
  void opensOnce() {
    var client = follow();
    client.request(100);
    follower.open();
    follower.open();
    assertEquals(List.of("open"), names(client));
  }

  private AssertSubscriber<LiveEvent> follow() {
    return follower.events(() -> {}).subscribe().withSubscriber(AssertSubscriber.create(0));
  }

  private static LiveEvent event(int characters) {
    return new LiveEvent("reading", "x".repeat(characters));
  }

  private static List<String> names(AssertSubscriber<LiveEvent> client) {
    return client.getItems().stream().map(LiveEvent::name).toList();
  }
}
