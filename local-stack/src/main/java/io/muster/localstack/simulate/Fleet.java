package io.muster.localstack.simulate;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.localstack.device.AtLeastOnceSender;
import io.muster.localstack.device.CommandDesk;
import io.muster.localstack.device.DeviceSecrets;
import io.muster.localstack.device.Endpoint;
import io.muster.localstack.device.SendingLimits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Simulated devices, each a virtual thread with a connection of its own. The same number gives the
 * same device with the same character in every run.
 */
final class Fleet {
  private static final int WINDOW = 20;
  private static final int REGISTERED_AT_ONCE = 8;
  private static final Duration PATIENCE =
      Duration.ofDays(365); // a device waits as long as it must
  private static final int CONNECTS_A_SECOND = 200;
  private static final Duration ENDED_WITHIN = Duration.ofSeconds(5);
  private static final Duration FINISHED_WITHIN = Duration.ofSeconds(30);

  private final FleetSettings settings;
  private final Clock clock;
  private final List<DeviceAddress> devices;
  private final FleetCounters counters = new FleetCounters();
  private final CommandCounters commands = new CommandCounters();
  // Read also by the thread that ends it all, while devices are still being started.
  private final List<AtLeastOnceSender> senders = new CopyOnWriteArrayList<>();
  private final List<Thread> lives = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<RuntimeException> failures = new ConcurrentLinkedQueue<>();

  Fleet(FleetSettings settings, TenantId tenant, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.devices =
        IntStream.rangeClosed(1, settings.devices())
            .mapToObj(number -> new DeviceId("sim-%05d".formatted(number)))
            .map(device -> new DeviceAddress(tenant, device))
            .toList();
  }

  FleetCounters counters() {
    return counters;
  }

  CommandCounters commands() {
    return commands;
  }

  /**
   * Registers those that are not yet, a few at a time.
   *
   * @param done counts them
   * @throws io.muster.localstack.UserMistake when the registry refuses one
   */
  void register(DeviceSecrets secrets, AtomicInteger done) {
    try (var threads = Executors.newFixedThreadPool(REGISTERED_AT_ONCE)) {
      var tasks = new ArrayList<Future<?>>();
      for (var device : devices) {
        tasks.add(
            threads.submit(
                () -> {
                  secrets.ensure(device);
                  done.incrementAndGet();
                }));
      }
      for (var task : tasks) {
        await(task, tasks);
      }
    }
  }

  /**
   * Starts them, spread over time; returns at once.
   *
   * @return when they will have lived
   */
  Instant start(Endpoint endpoint) {
    var now = clock.instant();
    var end = now.plus(settings.lifetime());
    for (var number = 0; number < devices.size(); number++) {
      var sender = sender(endpoint, number, now, end);
      senders.add(sender);
      lives.add(Thread.ofVirtual().name("device-" + number).start(() -> live(sender)));
    }
    return end;
  }

  /** What one of them could not go on with; empty while all is well. */
  Optional<RuntimeException> failure() {
    return Optional.ofNullable(failures.peek());
  }

  /** Drops the connection of some, as bad radio does. */
  void dropSome(Random random, double share) {
    for (var sender : senders) {
      if (random.nextDouble() < share) {
        sender.dropConnection();
      }
    }
  }

  /**
   * Lets those whose time is over wait for what they sent last: what is stored and not counted as
   * acknowledged would look like a mistake. Returns when they have, or after half a minute.
   */
  void finish() {
    join(FINISHED_WITHIN);
  }

  /** Has them end their connections; returns when they have, or after a few seconds. */
  void stop() {
    senders.forEach(AtLeastOnceSender::stop);
    join(ENDED_WITHIN);
  }

  private void join(Duration patience) {
    var end = System.nanoTime() + patience.toNanos();
    try {
      for (var life : lives) {
        life.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private AtLeastOnceSender sender(Endpoint endpoint, int number, Instant now, Instant end) {
    var random = new Random(number);
    var climate = new Climate(random, now);
    // Devices neither connect nor read in step.
    var connect = Duration.ofSeconds(1).multipliedBy(number).dividedBy(CONNECTS_A_SECOND);
    var phase = (long) (settings.rate().interval().toNanos() * random.nextDouble());
    var first = now.plus(connect).plusNanos(phase);
    var source =
        new SensorSource(
            climate, random, settings.rate(), settings.badPayloads(), clock, first, end);
    var device = devices.get(number);
    return endpoint.sender(
        device, source, SendingLimits.of(WINDOW, PATIENCE), counters.device(), desk(device));
  }

  private Optional<CommandDesk> desk(DeviceAddress device) {
    return settings
        .commands()
        .map(
            conduct ->
                new CommandDesk(device, conduct, settings.slowFor(), Fleet::later, commands));
  }

  private static void later(Duration time, Runnable work) {
    CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS).execute(work);
  }

  private void live(AtLeastOnceSender sender) {
    try {
      sender.run();
    } catch (RuntimeException e) {
      failures.add(e);
    } catch (Error e) {
      failures.add(new IllegalStateException(e));
      throw e;
    }
  }

  private static void await(Future<?> task, List<Future<?>> all) {
    try {
      task.get();
    } catch (ExecutionException e) {
      all.forEach(other -> other.cancel(true));
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
