package io.muster.benchmarks.registry;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;

/** Sends the registry one kind of request as fast as it is answered, several at a time. */
final class RequestingClients implements Contender {
  private static final long LONGEST_MICROSECONDS = 60_000_000;

  private final String name;
  private final int atOnce;
  private final LongFunction<HttpRequest> request;
  private final int status;
  private final String expected;
  private final Supplier<List<ObservedProcess>> processes;
  private final AtomicLong asked = new AtomicLong();

  /**
   * @param request the nth
   * @param status of each answer
   * @param expected what each answer must hold
   */
  RequestingClients(
      String name,
      int atOnce,
      LongFunction<HttpRequest> request,
      int status,
      String expected,
      Supplier<List<ObservedProcess>> processes) {
    this.name = name;
    this.atOnce = atOnce;
    this.request = request;
    this.status = status;
    this.expected = expected;
    this.processes = processes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean storesRows() {
    return false;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes.get();
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    var microseconds = new ConcurrentHistogram(LONGEST_MICROSECONDS, 3);
    var start = System.nanoTime();
    var end = start + duration.toNanos();
    Callable<Long> work = () -> askUntil(end, microseconds);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var pending = Stream.generate(() -> threads.submit(work)).limit(atOnce).toList();
      var answered = 0L;
      for (var done : pending) {
        answered += done.get();
      }
      return new Stored(
          answered,
          Duration.ofNanos(System.nanoTime() - start),
          OptionalDouble.of(microseconds.getValueAtPercentile(50) / 1e3),
          OptionalDouble.of(microseconds.getValueAtPercentile(99) / 1e3));
    } catch (ExecutionException e) {
      throw new RoundFailedException("a request failed: " + e.getCause().getMessage(), e);
    }
  }

  /** A client, and so a connection, for each of those that ask. */
  private long askUntil(long endNanos, ConcurrentHistogram microseconds)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      var answered = 0L;
      while (System.nanoTime() < endNanos) {
        var begin = System.nanoTime();
        ask(http);
        microseconds.recordValue(
            Math.min(LONGEST_MICROSECONDS, (System.nanoTime() - begin) / 1_000));
        answered++;
      }
      return answered;
    }
  }

  private void ask(HttpClient http) throws IOException, InterruptedException {
    var next = request.apply(asked.getAndIncrement());
    var answer = http.send(next, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != status || !answer.body().contains(expected)) {
      throw new RoundFailedException(next.uri() + " answered " + answer.statusCode());
    }
  }
}
