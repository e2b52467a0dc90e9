package io.muster.systemtests.firmware;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bad line to a service: the first connections over which much comes are cut in the middle.
 * Thread-safe.
 */
final class Scissors implements AutoCloseable {
  private final ServerSocket listening;
  private final int target;
  private final long cutAfterBytes;
  private final AtomicInteger cutsLeft;

  /**
   * @param target the service's port on the loopback interface
   * @param cutAfterBytes how much may come over a connection
   * @param cuts how many connections are cut; those after that are let alone
   */
  Scissors(int target, long cutAfterBytes, int cuts) throws IOException {
    this.target = target;
    this.cutAfterBytes = cutAfterBytes;
    this.cutsLeft = new AtomicInteger(cuts);
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("scissors").start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  int cutsLeft() {
    return cutsLeft.get();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        var client = listening.accept();
        connect(client);
      } catch (IOException closed) {
        // This was closed; the loop ends.
      }
    }
  }

  /** A service that is away is a closed connection to its client. */
  private void connect(Socket client) throws IOException {
    try {
      var service = new Socket(InetAddress.getLoopbackAddress(), target);
      Thread.ofVirtual().start(() -> copy(client, service, Long.MAX_VALUE));
      Thread.ofVirtual().start(() -> copy(service, client, cutAfterBytes));
    } catch (IOException away) {
      client.close();
    }
  }

  private void copy(Socket from, Socket to, long bound) {
    try (from;
        to) {
      var buffer = new byte[16_384];
      long all = 0;
      for (var read = from.getInputStream().read(buffer);
          read >= 0;
          read = from.getInputStream().read(buffer)) {
        all += read;
        if (all > bound && cutsLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          return;
        }
        to.getOutputStream().write(buffer, 0, read);
      }
    } catch (IOException ended) {
      // Both are closed.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
