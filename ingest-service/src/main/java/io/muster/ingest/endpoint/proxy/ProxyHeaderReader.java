package io.muster.ingest.endpoint.proxy;

import io.muster.ingest.endpoint.ProxyProtocolConfig;
import io.muster.ingest.endpoint.limits.Knocking;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads the PROXY header at the front of one connection, then leaves the pipeline to what follows.
 * A proxy that goes without a word only looked whether we listen. On the event loop.
 */
final class ProxyHeaderReader extends ByteToMessageDecoder {
  private final ProxyProtocolConfig config;
  private final ProxyDoor door;
  private final Knocking.Place place;
  private final Consumer<InetSocketAddress> named;
  private Future<?> limit;
  private boolean over;

  /**
   * @param named gets the client's address, or null when it is the proxy's own that counts
   */
  ProxyHeaderReader(
      ProxyProtocolConfig config,
      ProxyDoor door,
      Knocking.Place place,
      Consumer<InetSocketAddress> named) {
    this.config = config;
    this.door = door;
    this.place = place;
    this.named = named;
    setSingleDecode(true);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    limit =
        context
            .executor()
            .schedule(
                () -> turnAway(context, "the PROXY header did not come in time"),
                config.timeout().toNanos(),
                TimeUnit.NANOSECONDS);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (over) {
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      var header = ProxyHeader.read(in, config.maxBytes());
      if (header != null) {
        over = true;
        limit.cancel(false);
        named.accept(header.client());
        context.pipeline().remove(this);
      }
    } catch (ProxyHeader.MalformedHeaderException wrong) {
      in.skipBytes(in.readableBytes());
      turnAway(context, wrong.getMessage());
    }
  }

  private void turnAway(ChannelHandlerContext context, String detail) {
    if (!over) {
      leave();
      door.turnAway(context.channel(), "proxy-header", detail);
    }
  }

  private void leave() {
    over = true;
    limit.cancel(false);
    place.leave();
  }

  @Override
  protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    in.skipBytes(in.readableBytes());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    if (!over) {
      leave();
    }
    super.channelInactive(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable lost) {
    context.close();
  }
}
