package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.MalformedPacketException;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.Properties;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.intake.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A connection without a socket. Between decoder and connection stands a witness, which hears what
 * is read and what is written the moment it is, and judges whether it may be.
 */
final class FuzzedClient {
  private static final int CONNACK = 0x20;
  private static final int DISCONNECT = 0xE0;
  private static final int WRITABILITY = 1;

  /** What it mostly speaks. */
  final boolean five;

  private final SocketlessChannel channel = new SocketlessChannel();
  private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
  private final Queue<byte[]> arriving = new ArrayDeque<>();
  private final Queue<byte[]> owed = new ArrayDeque<>();
  private final DeviceConnection connection;
  private final Function<byte[], Outcome> outcomes;
  private final int downWindow;
  private Packet.Connect connect;
  private ExpectedAnswers answers;
  private boolean accepted;
  private boolean refused;
  private boolean saidGoodbye;
  private boolean disconnected;

  /** What the connection must end with, since the client did something wrong; null for nothing. */
  private ReasonCode deserved;

  private boolean deservedWhileWritable;
  private AssertionError failure;

  FuzzedClient(boolean five, Shared shared, Function<byte[], Outcome> outcomes, int downWindow) {
    this.five = five;
    this.outcomes = outcomes;
    this.downWindow = downWindow;
    channel.config().setAllocator(memory);
    var place = shared.knocking.take(channel.remoteAddress());
    var shard = new LoopShard(channel.eventLoop(), shared);
    connection =
        new DeviceConnection(channel.ofASocket(), channel.remoteAddress(), shared, shard, place);
    channel.pipeline().addLast(connection.decoder(), new Witness(), connection);
  }

  private final class Witness extends ChannelDuplexHandler {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      judging(() -> heard((Packet) message));
      context.fireChannelRead(message);
      if (accepted && channel.isActive() && !isOver()) {
        judging(answers::handled);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
      if (error.getCause() instanceof MalformedPacketException malformed) {
        deserve(EndReason.of(malformed.reason()).code());
      }
      context.fireExceptionCaught(error);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      if (message instanceof ByteBuf bytes) {
        judging(() -> FuzzedClient.this.written(bytes.slice()));
      }
      context.write(message, promise);
    }
  }

  /** In the midst of the endpoint an error would be taken for one of its own. */
  private void judging(Runnable step) {
    try {
      step.run();
    } catch (AssertionError error) {
      if (failure == null) {
        failure = error;
      }
    }
  }

  private void heard(Packet packet) {
    if (packet instanceof Packet.Connect first) {
      connect = first;
      var receiveMaximum = first.properties().receiveMaximum();
      var most = receiveMaximum == Properties.ABSENT ? downWindow : receiveMaximum;
      answers =
          new ExpectedAnswers(
              first.version() == ProtocolVersion.MQTT_5, Math.min(downWindow, most), outcomes);
      return;
    }
    if (deserved != null || disconnected || !accepted) {
      return;
    }
    answers.handled(packet);
    switch (packet) {
      case Packet.Auth it -> deserve(ReasonCode.PROTOCOL_ERROR);
      case Packet.Disconnect it -> saidGoodbye = true;
      default -> {}
    }
  }

  private void deserve(ReasonCode reason) {
    if (accepted && !disconnected && !saidGoodbye && deserved == null && channel.isActive()) {
      deserved = reason;
      deservedWhileWritable = channel.isWritable();
    }
  }

  private void written(ByteBuf bytes) {
    while (bytes.isReadable()) {
      var start = bytes.readerIndex();
      var first = bytes.readUnsignedByte();
      var body = new byte[length(bytes)];
      bytes.readBytes(body);
      written(first, body, bytes.readerIndex() - start);
    }
  }

  private static int length(ByteBuf bytes) {
    int length = 0;
    int shift = 0;
    int digit;
    do {
      digit = bytes.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
      shift += 7;
    } while (digit >= 0x80);
    return length;
  }

  private void written(int first, byte[] body, int packetBytes) {
    assertFalse(disconnected || refused, "a packet after the last one");
    if (connect != null && connect.properties().maximumPacketBytes() != Properties.ABSENT) {
      var most = connect.properties().maximumPacketBytes();
      assertTrue(packetBytes <= most, packetBytes + " bytes for a client that takes " + most);
    }
    if (first == CONNACK) {
      assertFalse(accepted, "a second CONNACK");
      accepted = body[1] == 0;
      refused = !accepted;
      if (body[0] == 1) {
        answers.resumed();
      }
      return;
    }
    assertTrue(accepted, "something else before CONNACK");
    if (first == DISCONNECT) {
      assertEquals(ProtocolVersion.MQTT_5, connect.version(), "MQTT 3.1.1 has no such DISCONNECT");
      disconnected = true;
      assertTrue((body[0] & 0xFF) >= 0x80, "a server does not go without a reason");
      if (deserved != null) {
        assertEquals(deserved.code(), body[0] & 0xFF, "the reason");
      }
    } else {
      assertFalse(saidGoodbye, "a packet after the client's DISCONNECT");
      answers.written(first, body);
      owe(first, body);
    }
  }

  private void owe(int first, byte[] body) {
    var topicBytes = (body.length > 1 ? (body[0] & 0xFF) << 8 | body[1] & 0xFF : 0) + 2;
    switch (first & 0xF6) {
      case 0x32 -> owe(0x40, body, topicBytes);
      case 0x34 -> owe(0x50, body, topicBytes);
      case 0x62 -> owe(0x70, body, 0);
      default -> {}
    }
  }

  private void owe(int first, byte[] body, int identifierAt) {
    owed.add(new byte[] {(byte) first, 2, body[identifierAt], body[identifierAt + 1]});
  }

  /** The next acknowledgement that an honest client would send, or null. */
  byte[] nextAcknowledgement() {
    return owed.poll();
  }

  /** Whether nothing that it says matters any more, though the connection may still be there. */
  boolean isOver() {
    return !channel.isActive() || channel.isOutputShutdown() || saidGoodbye;
  }

  void send(byte[] bytes) {
    arriving.add(bytes);
  }

  /**
   * Lets it read what has come, as far as it wants to.
   *
   * @param unasked one piece more, as a TLS record may bring it
   */
  void arrive(boolean unasked) {
    var asked = unasked;
    while (channel.isActive() && !arriving.isEmpty() && (asked || channel.config().isAutoRead())) {
      asked = false;
      var bytes = arriving.remove();
      onLoop(() -> channel.arrives(buffer(bytes)));
    }
  }

  private ByteBuf buffer(byte[] bytes) {
    return memory.buffer(Math.max(1, bytes.length)).writeBytes(bytes);
  }

  void runTasks() {
    onLoop(() -> {});
  }

  private void onLoop(Runnable step) {
    channel.onLoop(step);
    channel.checkException();
    releaseWritten();
    if (failure != null) {
      throw failure;
    }
  }

  boolean hasTasks() {
    return channel.hasPendingTasks();
  }

  private void releaseWritten() {
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      out.release();
    }
  }

  /** The client reads what it is sent, or does not. */
  void reads(boolean does) {
    onLoop(
        () -> {
          var buffer = channel.unsafe().outboundBuffer();
          if (buffer != null) {
            buffer.setUserDefinedWritability(WRITABILITY, does);
          }
        });
  }

  void passTime(long millis, long nowNanos, long nowMillis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    runTasks();
    if (channel.isActive()) {
      onLoop(() -> connection.tick(nowNanos, nowMillis));
    }
  }

  /** The client goes without a word. */
  void close() {
    arriving.clear();
    onLoop(() -> channel.pipeline().close());
  }

  /** What must hold when it is over. */
  void judge(List<byte[]> offered) {
    assertFalse(channel.isActive(), "still open");
    if (deserved != null && deservedWhileWritable && connect.version() == ProtocolVersion.MQTT_5) {
      assertTrue(disconnected, "ended without " + deserved);
    }
    if (answers != null) {
      answers
          .repetitions()
          .forEach(
              again ->
                  assertFalse(
                      again.length > 0 && offered.stream().anyMatch(it -> it == again),
                      "the same QoS 2 message twice"));
    }
    releaseWritten();
    assertNull(channel.readInbound());
    assertEquals(0, memory.metric().usedHeapMemory(), "buffers that were not released");
    assertEquals(0, memory.metric().usedDirectMemory(), "buffers that were not released");
  }
}
