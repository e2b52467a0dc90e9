package io.muster.benchmarks.load;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A connected device that publishes. Everything but {@link #channel} belongs to the channel's event
 * loop. What it holds is bounded by its window.
 */
final class DeviceConnection extends ChannelInboundHandlerAdapter implements ReplyReader.Listener {
  /** A write of this size costs one system call; a larger one only memory. */
  private static final int WRITE_BYTES = 64 * 1024;

  private static final long PING_SECONDS = Handshake.KEEP_ALIVE_SECONDS / 2;

  private final Channel channel;
  private final PublishTemplate template;
  private final InFlight inFlight;
  private Source source = Source.NOTHING;
  private Tally tally = new Tally(0);
  private CompletableFuture<Void> drained = CompletableFuture.completedFuture(null);

  /** What is due to be published. */
  interface Source {
    Source NOTHING =
        new Source() {
          @Override
          public int due(int room) {
            return 0;
          }

          @Override
          public long takeDueNanos() {
            throw new IllegalStateException("nothing is due");
          }

          @Override
          public boolean isExhausted() {
            return true;
          }
        };

    /** How many messages are due now, at most {@code room}. */
    int due(int room);

    /** When the next of them was due. */
    long takeDueNanos();

    /** Whether nothing will ever be due again. */
    boolean isExhausted();
  }

  /**
   * @param window most messages in flight
   */
  DeviceConnection(Channel channel, PublishTemplate template, int window) {
    this.channel = channel;
    this.template = template;
    this.inFlight = new InFlight(window);
  }

  Channel channel() {
    return channel;
  }

  int unacknowledged() {
    return inFlight.count();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    var pings =
        context
            .executor()
            .scheduleAtFixedRate(
                () -> channel.writeAndFlush(MqttMessage.PINGREQ),
                PING_SECONDS,
                PING_SECONDS,
                TimeUnit.SECONDS);
    channel.closeFuture().addListener(closed -> pings.cancel(false));
  }

  /**
   * Begins a run.
   *
   * @return completed when the source is exhausted and all is acknowledged, or the connection lost
   */
  CompletableFuture<Void> start(Source from, Tally counts) {
    source = from;
    tally = counts;
    drained = new CompletableFuture<>();
    if (channel.isActive()) {
      publishDue();
    } else {
      lost();
    }
    return drained;
  }

  /** Publishes what is due as far as the window has room. */
  void publishDue() {
    var due = source.due(inFlight.room());
    while (due > 0) {
      var messages = Math.min(due, Math.max(1, WRITE_BYTES / template.frameBytes()));
      write(messages);
      due -= messages;
    }
    if (source.isExhausted() && inFlight.count() == 0) {
      drained.complete(null);
    }
  }

  private void write(int messages) {
    var out = channel.alloc().directBuffer(messages * template.frameBytes());
    var now = System.currentTimeMillis();
    for (var i = 0; i < messages; i++) {
      template.writeTo(out, inFlight.take(source.takeDueNanos()), now);
    }
    tally.sent(messages);
    channel.writeAndFlush(out, channel.voidPromise());
  }

  @Override
  public void acknowledged(int packetIdentifier, int reason) {
    var due = inFlight.release(packetIdentifier);
    if (due == InFlight.NOT_IN_FLIGHT) {
      tally.unexpectedAck();
    } else {
      tally.acknowledged(reason, System.nanoTime() - due);
    }
  }

  @Override
  public void disconnected(int reason) {
    channel.close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    tally.readComplete(System.nanoTime());
    publishDue();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    lost();
  }

  private void lost() {
    if (!drained.isDone()) {
      source = Source.NOTHING;
      tally.lostConnection();
      drained.complete(null);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
