package io.muster.localstack.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between a client and the database, and can fall silent as a network or a stopped process
 * does: bytes vanish, sockets stay open. Connections from before then stay silent for ever; new
 * ones are not answered until it flows again. For tests; thread-safe.
 */
public final class SwallowingProxy implements AutoCloseable {
  private static final long STEP_NANOS = 1_000_000;

  private final ServerSocket listening;
  private final int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile Line line = new Line();

  /** The connections between two changes of mood. */
  private static final class Line {
    private volatile boolean silent;
  }

  /**
   * @param target the port of the database, on this machine
   */
  public SwallowingProxy(int target) {
    this.target = target;
    try {
      listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Where clients connect. */
  public int port() {
    return listening.getLocalPort();
  }

  /** For the connections that there are, and those that come until it flows again. */
  public void fallSilent() {
    line.silent = true;
  }

  /** For connections that come from now on. */
  public void flowAgain() {
    line = new Line();
  }

  private void accept() {
    try {
      while (true) {
        var client = listening.accept();
        var server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.addAll(List.of(client, server));
        while (line.silent) {
          LockSupport.parkNanos(STEP_NANOS);
        }
        var own = line;
        Thread.ofVirtual().start(() -> pump(client, server, own));
        Thread.ofVirtual().start(() -> pump(server, client, own));
      }
    } catch (IOException closed) {
      return;
    }
  }

  private static void pump(Socket from, Socket to, Line own) {
    var buffer = new byte[8_192];
    try {
      for (var n = from.getInputStream().read(buffer);
          n >= 0;
          n = from.getInputStream().read(buffer)) {
        if (!own.silent) {
          to.getOutputStream().write(buffer, 0, n);
        }
      }
      if (!own.silent) {
        to.close();
      }
    } catch (IOException ended) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (var socket : sockets) {
      socket.close();
    }
  }
}
