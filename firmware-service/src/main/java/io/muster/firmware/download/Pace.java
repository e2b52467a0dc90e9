package io.muster.firmware.download;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How fast the pieces of an answer are given to a connection: no faster than its event loop takes
 * them. Whether a client is slow is seen by what the loop could not send; while the loop is busy
 * with others nothing is seen, and a thread that went on writing would put the whole file into the
 * loop's queue, for thousands of clients at a time. Thread-safe.
 */
@FunctionalInterface
interface Pace {
  /** For what is not sent by an event loop. */
  Pace ANY = () -> {};

  /** With what a record of TLS adds they fit 8 KiB, the unit of Netty's memory. */
  int PIECE_BYTES = 8_064;

  /** Far longer than a loop is ever busy; whoever waits for one that is dead ends as well. */
  int PATIENCE_MINUTES = 10;

  /**
   * Waits until what was written before is in the hands of the event loop.
   *
   * @throws IOException when nobody will take it any more
   */
  void awaitTaken() throws IOException;

  /** Must not be used on the event loop itself. */
  static Pace of(HttpConnection connection) {
    if (!(connection instanceof ConnectionBase open)) {
      return ANY;
    }
    var loop = open.channel().eventLoop();
    return () -> {
      try {
        loop.submit(() -> {}).get(PATIENCE_MINUTES, TimeUnit.MINUTES);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while a download was written");
      } catch (ExecutionException | TimeoutException | RejectedExecutionException gone) {
        throw new IOException("the connection's event loop takes nothing any more", gone);
      }
    };
  }

  /** Writes all of it. */
  default void copy(InputStream in, OutputStream out) throws IOException {
    var piece = new byte[PIECE_BYTES];
    for (var read = in.read(piece); read >= 0; read = in.read(piece)) {
      out.write(piece, 0, read);
      awaitTaken();
    }
  }
}
