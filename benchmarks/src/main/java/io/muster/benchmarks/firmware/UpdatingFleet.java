package io.muster.benchmarks.firmware;

import io.muster.benchmarks.rounds.RoundFailedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Devices that poll in turn, over some connections, until each has had an update.
 *
 * @param port of the service
 * @param connections with as many devices each
 */
record UpdatingFleet(int port, List<PollingDevice> devices, int connections) {
  UpdatingFleet {
    devices = List.copyOf(devices);
  }

  /**
   * What they did.
   *
   * @param polls of all
   * @param lastNanos when the last had its update, by {@link System#nanoTime}
   */
  record Updated(long polls, long lastNanos) {}

  /**
   * Waits until all have had one.
   *
   * @throws RoundFailedException when that takes too long, or one of them is refused
   */
  Updated update(Duration atMost) throws InterruptedException {
    var end = System.nanoTime() + atMost.toNanos();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> works = new ArrayList<>();
      for (var n = 0; n < connections; n++) {
        works.add(threads.submit(work(n, end)));
      }
      var polls = 0L;
      for (var work : works) {
        polls += work.get();
      }
      return new Updated(polls, System.nanoTime());
    } catch (ExecutionException e) {
      throw new RoundFailedException(e.getCause().getMessage(), e);
    }
  }

  /** Every so many of them share a connection. */
  private Callable<Long> work(int first, long endNanos) {
    return () -> {
      var left = new ArrayDeque<PollingDevice>();
      for (var n = first; n < devices.size(); n += connections) {
        left.add(devices.get(n));
      }
      return poll(left, endNanos);
    };
  }

  private long poll(ArrayDeque<PollingDevice> left, long endNanos) throws IOException {
    var polls = 0L;
    try (var connection = new PlainConnection(port)) {
      while (!left.isEmpty()) {
        if (System.nanoTime() - endNanos >= 0) {
          throw new RoundFailedException(left.peek().name() + " has had no update in time");
        }
        var device = left.remove();
        polls++;
        if (!device.poll(connection)) {
          left.add(device);
        }
      }
    }
    return polls;
  }
}
