package io.muster.firmware.rollouts;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Counts what this instance does about rollouts. Thread-safe. */
// At start: its meters are there before the first use.
@Startup
@ApplicationScoped
class RolloutMeters {
  /** What became of an update; pending: it failed, or took too long, and the device tries again. */
  private static final Map<String, String> OUTCOMES =
      Map.of(
          DeviceState.FINISHED, "finished",
          DeviceState.FAILED, "failed",
          DeviceState.PENDING, "failed-for-now",
          DeviceState.OVERDUE, "overdue",
          DeviceState.UNREACHED, "unreached",
          DeviceState.CANCELLED, "cancelled");

  private final Counter turns;
  private final Counter found;
  private final Counter given;
  private final Map<String, Counter> ended;
  private final Map<String, Counter> stopped;

  RolloutMeters(MeterRegistry meters) {
    turns =
        Counter.builder("muster.firmware.rollout.turns")
            .description("Times that a rollout was worked on by this instance")
            .register(meters);
    found =
        Counter.builder("muster.firmware.rollout.found")
            .description("Devices that were added to a rollout")
            .register(meters);
    given =
        Counter.builder("muster.firmware.rollout.given")
            .description("Updates that rollouts gave to devices")
            .register(meters);
    ended =
        OUTCOMES.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    it ->
                        Counter.builder("muster.firmware.rollout.ended")
                            .tag("outcome", it.getValue())
                            .description("Updates of rollouts that came to an end")
                            .register(meters)));
    stopped =
        List.of(Turn.ERROR_SHARE, Turn.SUCCESS_SHARE, Turn.WITHDRAWN, Turn.UNSIGNED).stream()
            .collect(
                Collectors.toMap(
                    Function.identity(),
                    it ->
                        Counter.builder("muster.firmware.rollout.stopped")
                            .tag("reason", it)
                            .description(
                                "Rollouts that stopped, since a group failed or their distribution"
                                    + " may not be given")
                            .register(meters)));
  }

  void turn() {
    turns.increment();
  }

  void found(int devices) {
    found.increment(devices);
  }

  void given(int devices) {
    given.increment(devices);
  }

  void ended(List<String> states) {
    states.forEach(state -> ended.get(state).increment());
  }

  void stopped(String reason) {
    stopped.get(reason).increment();
  }
}
