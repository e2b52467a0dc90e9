package io.muster.command.commands;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.progress.Progress;
import io.muster.contract.id.DeviceAddress;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Waits for the end of a command, wherever its answer arrives. Thread-safe. */
// At start: its meter is there before the first use.
@Startup
@ApplicationScoped
class Waiting {
  private final CommandReader reader;
  private final Progress progress;
  private final FollowingConfig config;
  private final AtomicInteger requests = new AtomicInteger();

  Waiting(CommandReader reader, Progress progress, FollowingConfig config, MeterRegistry meters) {
    this.reader = reader;
    this.progress = progress;
    this.config = config;
    Gauge.builder("muster.command.waiting", requests, AtomicInteger::get)
        .description("Requests that wait for the end of a command at this instance")
        .register(meters);
  }

  /** Takes a place among those that wait; false when there is none. */
  boolean enter() {
    if (requests.incrementAndGet() <= config.waitingRequests()) {
      return true;
    }
    requests.decrementAndGet();
    return false;
  }

  /** Gives the place back. */
  void leave() {
    requests.decrementAndGet();
  }

  /**
   * The end of a command that is sent in this moment: what happens to it meanwhile is not missed,
   * and nobody looks before it has ended.
   *
   * @param sending completes when it was sent, or with another one when this request is a repeated
   *     one
   */
  Uni<CommandView> forEndOf(
      DeviceAddress device, UUID command, Uni<Intake.Sent> sending, Duration atMost) {
    return Uni.createFrom()
        .deferred(
            () -> {
              var deadlineNanos = System.nanoTime() + atMost.toNanos();
              var signal = progress.expectEnd(command);
              return sending
                  .flatMap(
                      sent ->
                          sent.orAsQueued(
                              sent.command().equals(command)
                                  ? await(device, command, signal, deadlineNanos)
                                  : until(device, sent.command(), deadlineNanos)))
                  .onTermination()
                  .invoke(signal::close);
            });
  }

  /** The command as it is at its end, or after that time. */
  Uni<CommandView> forEnd(DeviceAddress device, UUID command, Duration atMost) {
    return until(device, command, System.nanoTime() + atMost.toNanos());
  }

  private Uni<CommandView> until(DeviceAddress device, UUID command, long deadlineNanos) {
    return Uni.createFrom()
        .deferred(
            () -> {
              // What happens between the look and the wait is not missed.
              var signal = progress.expectEnd(command);
              return reader
                  .read(device, command)
                  .flatMap(view -> endOr(device, view, signal, deadlineNanos))
                  .onTermination()
                  .invoke(signal::close);
            });
  }

  private Uni<CommandView> endOr(
      DeviceAddress device, CommandView view, Progress.Signal signal, long deadlineNanos) {
    return view.finished() || deadlineNanos - System.nanoTime() <= 0
        ? Uni.createFrom().item(view)
        : await(device, view.id(), signal, deadlineNanos);
  }

  private Uni<CommandView> await(
      DeviceAddress device, UUID command, Progress.Signal signal, long deadlineNanos) {
    var left = Duration.ofNanos(deadlineNanos - System.nanoTime());
    if (!left.isPositive()) {
      return reader.read(device, command);
    }
    var lookAgain = config.lookEvery();
    return signal
        .within(left.compareTo(lookAgain) < 0 ? left : lookAgain)
        .invoke(signal::close)
        .flatMap(woken -> until(device, command, deadlineNanos));
  }
}
