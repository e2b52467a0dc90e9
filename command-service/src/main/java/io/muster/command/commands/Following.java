package io.muster.command.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.progress.Progress;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Follows a command step by step, at whichever instance it goes on. Each event is read when the
 * client has taken the one before, so nothing waits for a slow one, which sees several steps in
 * one. Thread-safe.
 */
// At start: its meters are there before the first use.
@Startup
@ApplicationScoped
class Following {
  private final CommandReader reader;
  private final Progress progress;
  private final ObjectMapper json;
  private final FollowingConfig config;
  private final AtomicInteger clients = new AtomicInteger();

  Following(
      CommandReader reader,
      Progress progress,
      ObjectMapper json,
      FollowingConfig config,
      MeterRegistry meters) {
    this.reader = reader;
    this.progress = progress;
    this.json = json;
    this.config = config;
    Gauge.builder("muster.command.followers", clients, AtomicInteger::get)
        .description("Clients that follow a command at this instance")
        .register(meters);
  }

  /** The command as it is. Fails with 404 when there is no such command. */
  Uni<CommandView> find(DeviceAddress device, UUID command) {
    return reader.read(device, command);
  }

  /**
   * The command as it is, then as it becomes, then why the events end. They fail when there is no
   * such command.
   *
   * @param atMost after which they end
   * @throws io.muster.rest.problem.RefusedException when as many clients as allowed follow
   */
  Multi<ProgressEvent> follow(DeviceAddress device, UUID command, Duration atMost) {
    if (clients.incrementAndGet() > config.clients()) {
      clients.decrementAndGet();
      throw new Refusal.LimitReached("clients that follow a command", config.clients())
          .asException();
    }
    return Multi.createBy()
        .repeating()
        .uni(() -> new Follower(device, command, atMost), Follower::next)
        .whilst(event -> !event.isEnd())
        .onTermination()
        .invoke(clients::decrementAndGet);
  }

  /** What one client has seen. Its events are asked for one after the other. */
  private final class Follower {
    private final DeviceAddress device;
    private final UUID command;
    private final long endNanos;
    private CommandView seen;

    private Follower(DeviceAddress device, UUID command, Duration atMost) {
      this.device = device;
      this.command = command;
      this.endNanos = System.nanoTime() + atMost.toNanos();
    }

    private Uni<ProgressEvent> next() {
      if (seen != null && seen.finished()) {
        return Uni.createFrom().item(ProgressEvent.end("finished"));
      }
      return change(System.nanoTime() + config.keepAlive().toNanos());
    }

    private Uni<ProgressEvent> change(long quietUntilNanos) {
      return Uni.createFrom()
          .deferred(
              () -> {
                // What happens between the look and the wait is not missed.
                var signal = progress.expect(command);
                return reader
                    .read(device, command)
                    .flatMap(view -> eventOr(view, signal, quietUntilNanos))
                    .onTermination()
                    .invoke(signal::close);
              });
    }

    private Uni<ProgressEvent> eventOr(
        CommandView view, Progress.Signal signal, long quietUntilNanos) {
      if (seen == null || !view.steps().equals(seen.steps())) {
        seen = view;
        return Uni.createFrom().item(() -> ProgressEvent.state(text(view)));
      }
      var now = System.nanoTime();
      if (now - endNanos >= 0) {
        return Uni.createFrom().item(ProgressEvent.end("token-expired"));
      }
      if (now - quietUntilNanos >= 0) {
        return Uni.createFrom().item(ProgressEvent.KEEP_ALIVE);
      }
      var wait =
          Math.min(config.lookEvery().toNanos(), Math.min(endNanos - now, quietUntilNanos - now));
      return signal
          .within(Duration.ofNanos(wait))
          .invoke(signal::close)
          .flatMap(woken -> change(quietUntilNanos));
    }

    private String text(CommandView view) {
      try {
        return json.writeValueAsString(view);
      } catch (JsonProcessingException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }
}
