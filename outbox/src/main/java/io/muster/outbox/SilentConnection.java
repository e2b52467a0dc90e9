package io.muster.outbox;

import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionInternal;

/** Ends a connection to the database that does not answer. Stateless. */
public final class SilentConnection {
  private SilentConnection() {}

  /**
   * Closes its socket at once; what is under way on it fails, and a pool makes another one in its
   * place. The client's own {@code close()} would give it back to the pool, or queue up behind the
   * statement that has no answer. On any thread; nothing happens to one that is closed already.
   */
  public static void cut(SqlConnection connection) {
    // The client has no public way to a socket.
    if (((SqlConnectionInternal) connection.getDelegate()).unwrap().unwrap()
        instanceof SocketConnectionBase open) {
      // From the head of the pipeline: the client's own handlers say goodbye and then wait for the
      // server to close.
      open.socket().channelHandlerContext().pipeline().firstContext().close();
    }
  }
}
