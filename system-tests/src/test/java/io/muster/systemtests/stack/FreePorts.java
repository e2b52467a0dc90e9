package io.muster.systemtests.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** Looks for ports on which a stack can listen. */
public final class FreePorts {
  private static final int ATTEMPTS = 50;

  private FreePorts() {}

  /** An offset with which a stack's ports are free, below those that the system itself draws. */
  public static int offset() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var offset = ThreadLocalRandom.current().nextInt(10_000, 22_000);
      var standard =
          IntStream.of(
              1883, 1884, 1885, 1983, 5433, 5434, 8000, 8081, 8082, 8083, 8084, 8085, 8086, 8100,
              8181, 8182, 8183, 8184, 8444, 8544, 8883, 8983);
      if (standard.allMatch(port -> isFree(port + offset))) {
        return offset;
      }
    }
    throw new IllegalStateException("no free ports");
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
