package io.muster.ingest.endpoint.tls;

import io.muster.ingest.endpoint.limits.AdmissionLine;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/**
 * Leaves a connection unread until it is its turn to shake hands: of all that strangers can ask
 * for, a TLS handshake costs the event loop most, and a fleet of them would keep those waiting who
 * are connected. Stands before the TLS handler. On the event loop.
 */
public final class HandshakeTurn extends ChannelInboundHandlerAdapter {
  /** A proxy's header may have brought some of it, and who closes early brings all. */
  private static final int MOST_HELD_BYTES = 32_768;

  private final AdmissionLine line;
  private final Runnable refused;
  private final Queue<ByteBuf> held = new ArrayDeque<>(1);
  private int heldBytes;
  private AdmissionLine.Ticket ticket;

  /**
   * @param refused called when the line is too long, and the connection is closed for it
   */
  public HandshakeTurn(AdmissionLine line, Runnable refused) {
    this.line = line;
    this.refused = refused;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(false);
    ticket = line.join(() -> onLoop(context));
    if (ticket == null) {
      refused.run();
      context.close();
    }
  }

  private void onLoop(ChannelHandlerContext context) {
    try {
      context.executor().execute(() -> takeTurn(context));
    } catch (RejectedExecutionException loopHasEnded) {
      // Then the connection has ended too.
      return;
    }
  }

  private void takeTurn(ChannelHandlerContext context) {
    if (context.isRemoved()) {
      return;
    }
    for (var bytes = held.poll(); bytes != null; bytes = held.poll()) {
      context.fireChannelRead(bytes);
    }
    context.fireChannelReadComplete();
    context.pipeline().remove(this);
    context.channel().config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes && heldBytes + bytes.readableBytes() <= MOST_HELD_BYTES) {
      heldBytes += bytes.readableBytes();
      held.add(bytes);
    } else {
      ReferenceCountUtil.release(message);
      context.close();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (ticket != null) {
      ticket.giveBack();
    }
    held.forEach(ByteBuf::release);
    held.clear();
  }
}
