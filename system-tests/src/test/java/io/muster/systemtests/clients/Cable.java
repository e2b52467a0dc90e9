package io.muster.systemtests.clients;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a client and the endpoint, so that a test can cut the connection of a library that
 * would say goodbye by itself. Safe for several threads.
 */
final class Cable implements AutoCloseable {
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ServerSocket listening;
  private final int target;

  /**
   * @param target the endpoint's port on the loopback interface
   */
  Cable(int target) throws IOException {
    this.target = target;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("cable").start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Ends what runs through it, without a word of MQTT. New connections may be made. */
  void cut() {
    sockets.forEach(Cable::closeQuietly);
    sockets.clear();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        var client = listening.accept();
        var endpoint = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(endpoint);
        Thread.ofVirtual().start(() -> copy(client, endpoint));
        Thread.ofVirtual().start(() -> copy(endpoint, client));
      } catch (IOException closed) {
        // Either this was closed, or the client meets a closed connection, which is an answer.
      }
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException cut) {
      // Both ends are closed below.
    } finally {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      // It is.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    cut();
  }
}
