package io.muster.ingest.endpoint.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.limits.AdmissionLine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandshakeTurnTest {
  private final Queue<Runnable> timer = new ArrayDeque<>();
  private final AtomicInteger refused = new AtomicInteger();
  private long nowNanos;
  private AdmissionLine line;

  @BeforeEach
  void oneInASecond() {
    line =
        new AdmissionLine(
            new AdmissionLine.Limits(Integer.MAX_VALUE, 2, 1, Duration.ofMinutes(1)),
            () -> nowNanos);
    line.useTimer((task, nanos) -> timer.add(task));
  }

  private EmbeddedChannel connection() {
    var channel = new EmbeddedChannel(new HandshakeTurn(line, refused::incrementAndGet));
    channel.runPendingTasks();
    return channel;
  }

  private void passASecond() {
    nowNanos += Duration.ofSeconds(1).toNanos();
    for (int i = timer.size(); i > 0; i--) {
      timer.remove().run();
    }
  }

  @Test
  void readsAtOnceWhenNobodyWaits() {
    var channel = connection();
    assertTrue(channel.config().isAutoRead());
    assertNull(channel.pipeline().get(HandshakeTurn.class));
  }

  @Test
  void leavesTheOthersUnreadUntilTheirTurn() {
    connection();
    var second = connection();
    assertFalse(second.config().isAutoRead());
    passASecond();
    second.runPendingTasks();
    assertTrue(second.config().isAutoRead());
    assertEquals(0, line.waiting());
  }

  @Test
  void handsOnWhatHadBeenRead() {
    connection();
    var second = connection();
    second.writeInbound(Unpooled.copiedBuffer("Client", US_ASCII));
    second.writeInbound(Unpooled.copiedBuffer("Hello", US_ASCII));
    assertNull(second.readInbound());
    passASecond();
    second.runPendingTasks();
    var text = new StringBuilder();
    for (ByteBuf it = second.readInbound(); it != null; it = second.readInbound()) {
      text.append(it.toString(US_ASCII));
      it.release();
    }
    assertEquals("ClientHello", text.toString());
  }

  @Test
  void keepsNothingOfWhoGoes() {
    connection();
    var second = connection();
    var bytes = Unpooled.copiedBuffer("ClientHello", US_ASCII);
    second.writeInbound(bytes);
    assertEquals(1, line.waiting());
    second.finishAndReleaseAll();
    assertEquals(0, bytes.refCnt());
    assertEquals(0, line.waiting());
    passASecond();
  }

  @Test
  void closesWhoSaysMoreThanAHandshakeBeginsWith() {
    connection();
    var second = connection();
    second.writeInbound(Unpooled.buffer().writeZero(30_000));
    assertTrue(second.isOpen());
    var more = Unpooled.buffer().writeZero(3_000);
    second.writeInbound(more);
    assertFalse(second.isOpen());
    assertEquals(0, more.refCnt());
  }

  @Test
  void closesWhoFindsTheLineTooLong() {
    for (int i = 0; i < 3; i++) {
      assertTrue(connection().isOpen());
    }
    assertFalse(connection().isOpen());
    assertEquals(1, refused.get());
  }
}
