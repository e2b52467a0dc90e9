package io.muster.localstack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Ports for programs that tests and benchmarks start, and start again on the same one. They are
 * below those that the system itself draws: a port of those may be that of somebody's connection
 * before the program listens on it, or while it is killed. Each process (in it, each loader of this
 * class) has a hundred that no other process gives out: what is free now would be so for both until
 * somebody listens. Thread-safe.
 */
public final class FreePort {
  /** Below are those of the broker's own tests. */
  private static final int FIRST = 10_300;

  private static final int END = 11_800;
  private static final int EACH = 100;

  /** At the first port of them, which is kept as long as this process lives. */
  private static final ServerSocket CLAIM = claim();

  private static final AtomicInteger NEXT = new AtomicInteger();

  private FreePort() {}

  /** One that nobody listens on just now, another one each time. */
  public static int any() {
    for (var look = 1; look < EACH; look++) {
      var next = NEXT.getAndUpdate(last -> (last + 1) % (EACH - 1));
      var port = CLAIM.getLocalPort() + 1 + next;
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port after " + CLAIM.getLocalPort());
  }

  private static ServerSocket claim() {
    var firsts =
        IntStream.iterate(FIRST, first -> first < END, first -> first + EACH)
            .boxed()
            .collect(Collectors.toList());
    // One that was used just now may have connections that are not forgotten yet.
    Collections.shuffle(firsts);
    for (var first : firsts) {
      try {
        return listen(first);
      } catch (IOException taken) {
        // By another process, with what follows it.
      }
    }
    throw new IllegalStateException("other processes have all ports from " + FIRST + " to " + END);
  }

  private static boolean isFree(int port) {
    try (var socket = listen(port)) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }
}
