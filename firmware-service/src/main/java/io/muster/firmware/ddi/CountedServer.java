package io.muster.firmware.ddi;

import io.netty.channel.Channel;
import io.netty.handler.traffic.GlobalTrafficShapingHandler;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.SslChannelProvider;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * A server of Vert.x that says who comes before a byte of theirs is read. What Vert.x tells by
 * itself it tells after the handshake, and sockets that say nothing would be bounded by nothing.
 */
final class CountedServer extends HttpServerImpl {
  private final Predicate<Channel> admits;

  /**
   * @param admits is asked about each connection, on its event loop; one that it does not admit is
   *     closed at once
   */
  CountedServer(VertxInternal vertx, HttpServerOptions options, Predicate<Channel> admits) {
    super(vertx, options);
    this.admits = admits;
  }

  @Override
  protected BiConsumer<Channel, SslChannelProvider> childHandler(
      ContextInternal context, SocketAddress address, GlobalTrafficShapingHandler traffic) {
    var usual = super.childHandler(context, address, traffic);
    return (connection, tls) -> {
      if (admits.test(connection)) {
        usual.accept(connection, tls);
      } else {
        connection.close();
      }
    };
  }
}
