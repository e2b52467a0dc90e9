package io.muster.localstack.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.SettableClock;
import io.muster.localstack.UserMistake;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class AtLeastOnceSenderTest {
  private static final SendingLimits LIMITS =
      new SendingLimits(3, Duration.ofSeconds(10), Duration.ofMillis(1), Duration.ofMillis(5));

  private final Deque<UnaryOperator<Endpoint>> connections = new ArrayDeque<>();
  private final List<String> received = new ArrayList<>();
  private final Counted counted = new Counted();
  private int renewals;

  @Test
  void sendsEverythingInOrder() {
    assertEquals(0, sender(LIMITS, "a", "b", "c", "d", "e").run());
    assertEquals(List.of("a", "b", "c", "d", "e"), received);
    assertEquals(5, counted.acknowledged);
  }

  @Test
  void atMostAWindowAwaitsItsAcknowledgement() {
    connections.add(Silent::new);
    var impatient =
        new SendingLimits(3, Duration.ofMinutes(1), Duration.ofMillis(1), Duration.ofMillis(5));
    var clock = new SettableClock(Instant.now());
    counted.passing = () -> clock.advance(Duration.ofMinutes(2));
    assertEquals(3, sender(clock, impatient, "a", "b", "c", "d", "e").run());
    assertEquals(List.of("a", "b", "c"), received);
  }

  @Test
  void whatWasNotAcknowledgedIsSentAgainOnTheNextConnection() {
    connections.add(next -> new DropsAfter(next, 2));
    assertEquals(0, sender(LIMITS, "a", "b", "c", "d").run());
    assertEquals(4, counted.acknowledged);
    assertTrue(received.containsAll(List.of("a", "b", "c", "d")));
    assertEquals(1, counted.disconnections);
  }

  @Test
  void anUnreachableEndpointIsTriedAgain() {
    connections.add(next -> new Unreachable());
    connections.add(next -> new Unreachable());
    assertEquals(0, sender(LIMITS, "a").run());
    assertEquals(List.of("a"), received);
  }

  @Test
  void aRefusedCredentialIsRenewedOnce() {
    connections.add(next -> new RefusesConnect());
    assertEquals(0, sender(LIMITS, "a").run());
    assertEquals(1, renewals);
  }

  @Test
  void aCredentialRefusedTwiceIsAMistake() {
    connections.add(next -> new RefusesConnect());
    connections.add(next -> new RefusesConnect());
    var sender = sender(LIMITS, "a");
    assertThrows(UserMistake.class, sender::run);
  }

  @Test
  void aMessageRefusedForGoodIsNotSentAgain() {
    connections.add(next -> new RefusesMessage(next, "b", false));
    assertEquals(0, sender(LIMITS, "a", "b", "c").run());
    assertEquals(2, counted.acknowledged);
    assertEquals(List.of("not today"), counted.refusals);
    assertEquals(List.of("a", "b", "c"), received);
  }

  @Test
  void aMessageRefusedForNowIsSentAgain() {
    connections.add(next -> new RefusesMessage(next, "b", true));
    assertEquals(0, sender(LIMITS, "a", "b", "c").run());
    assertEquals(3, counted.acknowledged);
    assertEquals(2, received.stream().filter("b"::equals).count());
  }

  private AtLeastOnceSender sender(SendingLimits limits, String... payloads) {
    return sender(Clock.systemUTC(), limits, payloads);
  }

  private AtLeastOnceSender sender(Clock clock, SendingLimits limits, String... payloads) {
    Link.Maker maker =
        inbox -> {
          var change =
              connections.isEmpty() ? UnaryOperator.<Endpoint>identity() : connections.poll();
          return change.apply(new Accepts(received)).connect(inbox);
        };
    return new AtLeastOnceSender(
        maker, () -> renewals++, new Listed(payloads), limits, counted, clock);
  }

  /** What the other side does with one connection. */
  private interface Endpoint extends Link.Maker {}

  private record Accepts(List<String> received) implements Endpoint {
    @Override
    public Link connect(Link.Inbox inbox) {
      return new TestLink(
          (sequence, payload) -> {
            received.add(payload);
            inbox.acknowledged(sequence);
          });
    }
  }

  private record Silent(Endpoint next) implements Endpoint {
    @Override
    public Link connect(Link.Inbox inbox) throws Link.RefusedException, Link.UnreachableException {
      var deaf = new Deaf(inbox);
      return next.connect(deaf);
    }
  }

  private record Deaf(Link.Inbox inbox) implements Link.Inbox {
    @Override
    public void acknowledged(long sequence) {}

    @Override
    public void refused(long sequence, String reason, boolean again) {}

    @Override
    public void lost(String reason) {
      inbox.lost(reason);
    }
  }

  /** Takes some messages without acknowledging them, then breaks. */
  private record DropsAfter(Endpoint next, int messages) implements Endpoint {
    @Override
    public Link connect(Link.Inbox inbox) {
      var left = new int[] {messages};
      return new TestLink(
          (sequence, payload) -> {
            if (--left[0] == 0) {
              inbox.lost("cable pulled");
            }
          });
    }
  }

  private record Unreachable() implements Endpoint {
    @Override
    public Link connect(Link.Inbox inbox) throws Link.UnreachableException {
      throw new Link.UnreachableException("nobody home");
    }
  }

  private record RefusesConnect() implements Endpoint {
    @Override
    public Link connect(Link.Inbox inbox) throws Link.RefusedException {
      throw new Link.RefusedException("not authorized");
    }
  }

  private record RefusesMessage(Endpoint next, String payload, boolean again) implements Endpoint {
    @Override
    public Link connect(Link.Inbox inbox) throws Link.RefusedException, Link.UnreachableException {
      var link = next.connect(inbox);
      var refusedOnce = new boolean[1];
      var accepting = (Accepts) next;
      return new TestLink(
          (sequence, text) -> {
            if (text.equals(payload) && !refusedOnce[0]) {
              refusedOnce[0] = true;
              accepting.received().add(text);
              inbox.refused(sequence, "not today", again);
            } else {
              link.publish(sequence, text.getBytes(StandardCharsets.UTF_8));
            }
          });
    }
  }

  private interface Publishing {
    void publish(long sequence, String payload);
  }

  private record TestLink(Publishing publishing) implements Link {
    @Override
    public void publish(long sequence, byte[] payload) {
      publishing.publish(sequence, new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {}
  }

  private static final class Listed implements MessageSource {
    private final Deque<String> left;

    Listed(String... payloads) {
      this.left = new ArrayDeque<>(List.of(payloads));
    }

    @Override
    public Optional<Instant> nextDue() {
      return left.isEmpty() ? Optional.empty() : Optional.of(Instant.EPOCH);
    }

    @Override
    public byte[] next() {
      return left.remove().getBytes(StandardCharsets.UTF_8);
    }
  }

  private static final class Counted implements SendingEvents {
    private int acknowledged;
    private int disconnections;
    private final List<String> refusals = new ArrayList<>();
    private Runnable passing = () -> {};

    @Override
    public void connected() {}

    @Override
    public void disconnected(String reason) {
      disconnections++;
    }

    @Override
    public void acknowledged() {
      acknowledged++;
    }

    @Override
    public void refused(String reason) {
      refusals.add(reason);
    }

    @Override
    public void passing() {
      passing.run();
    }
  }
}
