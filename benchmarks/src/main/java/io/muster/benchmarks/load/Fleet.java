package io.muster.benchmarks.load;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Connected devices that publish telemetry at QoS 1. One run at a time; {@link #acknowledged} and
 * {@link #close} may be called by any thread.
 */
public final class Fleet implements AutoCloseable {
  /** More at once would measure how a server admits clients. */
  private static final int CONNECTING_AT_ONCE = 50;

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  private final EventLoopGroup eventLoops;
  private final List<DeviceConnection> connections;
  private volatile Run current;

  private Fleet(EventLoopGroup eventLoops, List<DeviceConnection> connections) {
    this.eventLoops = eventLoops;
    this.connections = connections;
    this.current = new Run(Map.of(), 0);
  }

  /**
   * Connects.
   *
   * @param logins used in turn; the second and later connections of a device add a number to its
   *     client identifier
   * @param connections how many, at least 1
   * @param threads of the load generator; one makes a million messages a second and more
   * @throws LoadException when a connection cannot be made
   */
  public static Fleet connect(
      Target target, List<DeviceLogin> logins, int connections, int threads) {
    var eventLoops = EventLoops.start(threads);
    try {
      var connector = new Connector(target, eventLoops);
      var connected = new ArrayList<DeviceConnection>();
      for (var first = 0; first < connections; first += CONNECTING_AT_ONCE) {
        var last = Math.min(connections, first + CONNECTING_AT_ONCE);
        connected.addAll(connector.connect(logins, first, last));
      }
      return new Fleet(eventLoops, List.copyOf(connected));
    } catch (RuntimeException e) {
      EventLoops.stop(eventLoops);
      throw e;
    }
  }

  /**
   * Publishes and waits for the PUBACKs.
   *
   * @param duration for how long new messages are published
   * @param drainTimeout how long after that the last PUBACK may take
   */
  public LoadResult publish(Pace pace, Duration duration, Duration drainTimeout)
      throws InterruptedException {
    var start = System.nanoTime();
    var run = new Run(tallies(start), start);
    current = run;
    var drained = new ArrayList<CompletableFuture<Void>>();
    for (var i = 0; i < connections.size(); i++) {
      drained.add(start(run, pace, duration, i));
    }
    var ticks = pace instanceof Pace.FixedRate ? tick(run) : List.<Future<?>>of();
    try {
      CompletableFuture.allOf(drained.toArray(CompletableFuture<?>[]::new))
          .get(duration.plus(drainTimeout).toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // What is missing is told in the result.
    } catch (ExecutionException e) {
      throw new LoadException("the load generator failed: " + e.getCause(), e);
    } finally {
      ticks.forEach(tick -> tick.cancel(false));
    }
    return result(run);
  }

  /** One timer for each event loop: a timer for each connection would cost more than publishing. */
  private List<? extends Future<?>> tick(Run run) {
    return run.tallies().keySet().stream()
        .map(
            loop -> {
              var own = on(loop);
              return loop.scheduleAtFixedRate(
                  () -> own.forEach(DeviceConnection::publishDue), 1, 1, TimeUnit.MILLISECONDS);
            })
        .toList();
  }

  private Map<EventLoop, Tally> tallies(long startNanos) {
    return connections.stream()
        .map(connection -> connection.channel().eventLoop())
        .distinct()
        .collect(Collectors.toMap(loop -> loop, loop -> new Tally(startNanos)));
  }

  private CompletableFuture<Void> start(Run run, Pace pace, Duration duration, int index) {
    var connection = connections.get(index);
    var loop = connection.channel().eventLoop();
    var tally = run.tallies().get(loop);
    return CompletableFuture.supplyAsync(
            () ->
                switch (pace) {
                  case Pace.AsAcknowledged() -> startFull(connection, tally, duration);
                  case Pace.FixedRate fixed ->
                      connection.start(timetable(run, fixed, duration, index), tally);
                },
            loop)
        .thenCompose(done -> done);
  }

  private static CompletableFuture<Void> startFull(
      DeviceConnection connection, Tally tally, Duration duration) {
    var source = new FullWindow();
    connection
        .channel()
        .eventLoop()
        .schedule(
            () -> {
              source.end();
              connection.publishDue();
            },
            duration.toNanos(),
            TimeUnit.NANOSECONDS);
    return connection.start(source, tally);
  }

  /** The connections take turns, so that their messages do not come in bursts. */
  private Timetable timetable(Run run, Pace.FixedRate pace, Duration duration, int index) {
    var betweenAll = 1e9 / pace.messagesPerSecond();
    var messages = (long) (duration.toNanos() / betweenAll);
    var share = messages / connections.size() + (index < messages % connections.size() ? 1 : 0);
    return new Timetable(
        run.startNanos() + (long) (index * betweenAll), betweenAll * connections.size(), share);
  }

  private LoadResult result(Run run) {
    var parts = new ArrayList<CompletableFuture<LoadResult>>();
    run.tallies()
        .forEach(
            (loop, tally) ->
                parts.add(
                    CompletableFuture.supplyAsync(
                        () -> tally.result(run.startNanos(), unacknowledged(loop)), loop)));
    return LoadResult.merged(parts.stream().map(CompletableFuture::join).toList());
  }

  private long unacknowledged(EventLoop loop) {
    return on(loop).stream().mapToLong(DeviceConnection::unacknowledged).sum();
  }

  private List<DeviceConnection> on(EventLoop loop) {
    return connections.stream()
        .filter(connection -> connection.channel().eventLoop() == loop)
        .toList();
  }

  /** PUBACKs of the current run so far; fit for showing progress. */
  public long acknowledged() {
    return current.tallies().values().stream().mapToLong(Tally::acknowledged).sum();
  }

  public int size() {
    return connections.size();
  }

  /** Disconnects all. */
  @Override
  public void close() {
    connections.forEach(
        connection ->
            connection
                .channel()
                .writeAndFlush(MqttMessage.DISCONNECT)
                .addListener(sent -> connection.channel().close()));
    connections.forEach(
        connection ->
            connection.channel().closeFuture().awaitUninterruptibly(STOP_TIMEOUT.toMillis()));
    EventLoops.stop(eventLoops);
  }

  /** One run's counts, by event loop. */
  private record Run(Map<EventLoop, Tally> tallies, long startNanos) {}
}
