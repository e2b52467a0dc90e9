package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.LiveHeap;
import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.load.ConnectStorm;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.load.Target;
import io.muster.benchmarks.stack.ConnectingDevices.Calm;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How much more memory a server holds when many devices are connected and say nothing but PINGREQ.
 * Its heap must be touched from the beginning ({@code AlwaysPreTouch}, {@code -Xms} as {@code
 * -Xmx}): then what its resident memory grows by lies outside of the heap.
 *
 * @param logins each connects once
 * @param warmUp so many connect and go before, so that what is made once is there
 * @param hold how long they stay before it is measured
 */
public record IdleTrial(List<DeviceLogin> logins, int warmUp, Duration hold) {
  private static final int AT_ONCE = 100;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /**
   * Memory of one connection, in bytes.
   *
   * @param heapBytes alive in the heap
   * @param otherBytes resident outside of it: buffers, threads' and the allocator's own
   * @param heapByClass the classes that hold the most of it first
   */
  public record Connection(double heapBytes, double otherBytes, Map<String, Double> heapByClass) {
    public double bytes() {
      return heapBytes + otherBytes;
    }
  }

  private record Memory(LiveHeap heap, long residentBytes) {
    static Memory of(long pid) {
      var heap = LiveHeap.of(pid);
      return new Memory(heap, ProcFiles.ofThisMachine().residentBytes(pid).orElseThrow());
    }
  }

  /**
   * Runs it.
   *
   * @param calm returns when the server has forgotten those who left
   */
  public Connection run(ObservedProcess server, Target target, Calm calm)
      throws InterruptedException {
    try (var storm = new ConnectStorm(target, logins.subList(0, warmUp), AT_ONCE, 1)) {
      storm.run(LIMIT);
    }
    calm.await();
    var before = Memory.of(server.pid());
    try (var storm = new ConnectStorm(target, logins, AT_ONCE, 1)) {
      storm.run(LIMIT);
      Thread.sleep(hold.toMillis());
      return perConnection(before, Memory.of(server.pid()));
    }
  }

  private Connection perConnection(Memory before, Memory after) {
    var count = (double) logins.size();
    var byClass = new LinkedHashMap<String, Double>();
    after.heap().growthSince(before.heap()).entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(entry -> byClass.put(entry.getKey(), entry.getValue() / count));
    return new Connection(
        (after.heap().bytes() - before.heap().bytes()) / count,
        (after.residentBytes() - before.residentBytes()) / count,
        byClass);
  }
}
