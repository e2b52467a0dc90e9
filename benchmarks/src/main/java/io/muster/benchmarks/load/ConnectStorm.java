package io.muster.benchmarks.load;

import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Devices that connect as fast as a server lets them in, so many at a time, and stay connected
 * until this is closed. For one thread; one storm.
 */
public final class ConnectStorm implements AutoCloseable {
  private static final long LONGEST_MICROSECONDS = 10 * 60 * 1_000_000L;
  private static final long GONE_MILLIS = 10_000;

  private final EventLoopGroup eventLoops;
  private final Connector connector;
  private final Target target;
  private final List<DeviceLogin> logins;
  private final int atOnce;
  private final Queue<DeviceConnection> connected = new ConcurrentLinkedQueue<>();
  private final ConcurrentHistogram microseconds = new ConcurrentHistogram(LONGEST_MICROSECONDS, 3);
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final CountDownLatch outstanding;

  /**
   * What came of it.
   *
   * @param connections that were accepted
   * @param elapsed from the first connect to the last CONNACK
   * @param microseconds from each connect to its CONNACK
   */
  public record Result(long connections, Duration elapsed, Histogram microseconds) {
    /** The time below which that share of the connections was accepted. */
    public double milliseconds(double percentile) {
      return microseconds.getValueAtPercentile(percentile) / 1e3;
    }
  }

  /**
   * @param logins each connects once
   * @param atOnce how many await their CONNACK at a time
   * @param threads of the load generator
   */
  public ConnectStorm(Target target, List<DeviceLogin> logins, int atOnce, int threads) {
    this.eventLoops = EventLoops.start(threads);
    this.connector = new Connector(target, eventLoops);
    this.target = target;
    this.logins = List.copyOf(logins);
    this.atOnce = atOnce;
    this.outstanding = new CountDownLatch(logins.size());
  }

  /**
   * Connects all.
   *
   * @param limit how long it may take
   * @throws LoadException when one is refused, or it takes too long
   */
  public Result run(Duration limit) throws InterruptedException {
    var start = System.nanoTime();
    for (var i = 0; i < Math.min(atOnce, logins.size()); i++) {
      connectNext();
    }
    var done = outstanding.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    var elapsed = Duration.ofNanos(System.nanoTime() - start);
    if (failure.get() != null) {
      throw new LoadException("cannot connect: " + failure.get().getMessage(), failure.get());
    }
    if (!done) {
      throw new LoadException(
          "%d of %d connections were not accepted within %s by %s:%d"
              .formatted(
                  outstanding.getCount(), logins.size(), limit, target.host(), target.port()));
    }
    return new Result(connected.size(), elapsed, microseconds);
  }

  private void connectNext() {
    var nth = next.getAndIncrement();
    if (nth >= logins.size()) {
      return;
    }
    var begun = System.nanoTime();
    connector
        .connect(logins, nth)
        .whenComplete(
            (connection, refused) -> {
              if (refused == null) {
                microseconds.recordValue(
                    Math.min((System.nanoTime() - begun) / 1_000, LONGEST_MICROSECONDS));
                connected.add(connection);
              } else {
                failure.compareAndSet(null, refused);
              }
              outstanding.countDown();
              connectNext();
            });
  }

  /** Disconnects all. */
  @Override
  public void close() {
    connected.forEach(
        connection ->
            connection
                .channel()
                .writeAndFlush(MqttMessage.DISCONNECT)
                .addListener(sent -> connection.channel().close()));
    connected.forEach(
        connection -> connection.channel().closeFuture().awaitUninterruptibly(GONE_MILLIS));
    EventLoops.stop(eventLoops);
  }
}
