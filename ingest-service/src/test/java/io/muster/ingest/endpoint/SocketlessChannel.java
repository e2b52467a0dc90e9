package io.muster.ingest.endpoint;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import java.lang.reflect.Proxy;

/** A channel without a socket whose sending half closes by itself, as that of TCP does. */
final class SocketlessChannel extends EmbeddedChannel implements DuplexChannel {
  private boolean outputShutdown;

  SocketlessChannel() {
    pipeline().addLast(new Steps());
  }

  /** Runs what comes as a message; while it does, this kind of channel lets all tasks wait. */
  private static final class Steps extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ((Runnable) message).run();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {}
  }

  /** Runs a step and then all tasks, one after the other as an event loop does, never nested. */
  void onLoop(Runnable step) {
    if (isOpen()) {
      writeInbound(
          (Runnable)
              () -> {
                step.run();
                runPendingTasks();
              });
    } else {
      step.run();
      runPendingTasks();
    }
  }

  /** Bytes have come. In a step. */
  void arrives(ByteBuf bytes) {
    pipeline().context(Steps.class).fireChannelRead(bytes).fireChannelReadComplete();
  }

  /**
   * What the connection gets to see: when it closes, what is to be run later is run later, and what
   * is scheduled stays so. An embedded channel has it otherwise.
   */
  Channel ofASocket() {
    return (Channel)
        Proxy.newProxyInstance(
            SocketlessChannel.class.getClassLoader(),
            new Class<?>[] {DuplexChannel.class},
            (proxy, method, arguments) ->
                method.getName().equals("close") && arguments == null
                    ? pipeline().close()
                    : method.invoke(this, arguments));
  }

  @Override
  public boolean isInputShutdown() {
    return false;
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShutdown;
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    outputShutdown = true;
    return promise.setSuccess();
  }

  @Override
  public ChannelFuture shutdownInput() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ChannelFuture shutdown() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    throw new UnsupportedOperationException();
  }
}
