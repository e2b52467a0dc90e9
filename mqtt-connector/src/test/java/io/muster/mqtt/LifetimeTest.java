package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;

class LifetimeTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static Mqtt5Publish publish(Long expiry) {
    var publish = Mqtt5Publish.builder().topic("a").payload(new byte[0]);
    return expiry == null ? publish.build() : publish.messageExpiryInterval(expiry).build();
  }

  @Test
  void growsShorterWithTheTimeThatPasses() {
    var lifetime = Lifetime.of(publish(10L), 5);
    assertEquals(10, lifetime.secondsLeft(5));
    assertEquals(10, lifetime.secondsLeft(6));
    assertEquals(7, lifetime.secondsLeft(5 + 3 * SECOND));
    assertEquals(1, lifetime.secondsLeft(5 + 20 * SECOND));
    assertFalse(lifetime.isOver(4 + 10 * SECOND));
    assertTrue(lifetime.isOver(5 + 10 * SECOND));
  }

  @Test
  void isThatOfMessagesWithAnExpiryAlone() {
    assertNull(Lifetime.of(publish(null), 5));
    var forEver = new Outbox.Entry(Message.of("x"), publish(null));
    assertSame(forEver, forEver.aged(System.nanoTime() + 1_000 * SECOND));
  }

  @Test
  void endsWhatWasNeverSent() {
    var publish = publish(10L);
    var entry = new Outbox.Entry(Message.of("x"), publish, Lifetime.of(publish, 5));
    assertNull(entry.aged(5 + 11 * SECOND));
    var left = entry.aged(5 + 4 * SECOND);
    assertEquals(6, left.publish().getMessageExpiryInterval().getAsLong());
    assertEquals(3, left.aged(5 + 7 * SECOND).publish().getMessageExpiryInterval().getAsLong());
  }
}
