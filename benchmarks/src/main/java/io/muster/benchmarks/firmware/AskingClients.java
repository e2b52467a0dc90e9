package io.muster.benchmarks.firmware;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Clients, each with a connection of its own, that ask again as soon as they have the whole answer.
 *
 * @param port of the server
 * @param clients how many
 * @param request the bytes of the nth request of all
 * @param counted what an answer of so many bytes counts
 */
record AskingClients(
    String name,
    int port,
    int clients,
    LongFunction<byte[]> request,
    LongUnaryOperator counted,
    Supplier<List<ObservedProcess>> observed)
    implements Contender {
  private static final int OK = 200;
  private static final long LONGEST_MICROSECONDS = 600_000_000;

  @Override
  public boolean storesRows() {
    return false;
  }

  @Override
  public List<ObservedProcess> processes() {
    return observed.get();
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    var microseconds = new ConcurrentHistogram(LONGEST_MICROSECONDS, 3);
    var next = new AtomicLong();
    var start = System.nanoTime();
    Callable<Long> work = () -> askUntil(start + duration.toNanos(), next, microseconds);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var pending = Stream.generate(() -> threads.submit(work)).limit(clients).toList();
      var all = 0L;
      for (var done : pending) {
        all += done.get();
      }
      return new Stored(
          all,
          Duration.ofNanos(System.nanoTime() - start),
          OptionalDouble.of(microseconds.getValueAtPercentile(50) / 1e3),
          OptionalDouble.of(microseconds.getValueAtPercentile(99) / 1e3));
    } catch (ExecutionException e) {
      throw new RoundFailedException(name + ": " + e.getCause().getMessage(), e);
    }
  }

  /**
   * What is begun in time is finished, and counted with the time that it took; one is, however long
   * it took to connect.
   */
  private long askUntil(long endNanos, AtomicLong next, ConcurrentHistogram microseconds)
      throws IOException {
    try (var connection = new PlainConnection(port)) {
      var all = 0L;
      do {
        var begin = System.nanoTime();
        var bytes = connection.ask(request.apply(next.getAndIncrement()), OK);
        microseconds.recordValue(
            Math.min(LONGEST_MICROSECONDS, (System.nanoTime() - begin) / 1_000));
        all += counted.applyAsLong(bytes);
      } while (System.nanoTime() < endNanos);
      return all;
    }
  }
}
