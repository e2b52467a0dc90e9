package io.muster.localstack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for programs that tests and benchmarks start, and start again on the same one. They are
 * below those that the system itself draws: a port of those may be that of somebody's connection
 * before the program listens on it, or while it is killed. Thread-safe.
 */
public final class FreePort {
  private static final int FIRST = 10_000;
  private static final int END = 11_800;

  /** Begins anywhere: the tests of another module may be looking, too. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST, END));

  private FreePort() {}

  /** One that nobody listens on just now, another one each time. */
  public static int any() {
    for (int looks = FIRST; looks < END; looks++) {
      var port = NEXT.getAndUpdate(last -> last + 1 < END ? last + 1 : FIRST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port from " + FIRST + " to " + END);
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
