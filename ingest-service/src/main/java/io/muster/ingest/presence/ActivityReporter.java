package io.muster.ingest.presence;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.ActivityReport;
import io.muster.contract.registry.ActivityReport.Heard;
import io.muster.ingest.heard.HeardDevice;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tells the registry of the devices that were heard of, each now and then. The last report of a
 * round says until when all has been told, so that the registry can tell silence from a report that
 * is missing. What could not be told is told the next time. For one thread.
 */
final class ActivityReporter {
  /** By so much the sources may be behind: a tick of the event loops, and their own grain. */
  private static final long LAG_MILLIS = 2_000;

  /** Where it is known who was heard. */
  @FunctionalInterface
  interface Source {
    void each(Consumer<HeardDevice> visitor);
  }

  /** The registry, as far as it is needed here. */
  @FunctionalInterface
  interface Registry {

    /**
     * @return false when it refuses the report for its content; fails when it is away
     */
    Uni<Boolean> report(ActivityReport report);
  }

  /** What became of a report. */
  enum Outcome {
    TAKEN,
    REFUSED,
    FAILED
  }

  private final ReplicaIdentity replica;
  private final List<Source> sources;
  private final Supplier<Uni<List<UUID>>> aliveBoots;
  private final Registry registry;
  private final Settings settings;
  private final Clock clock;
  private final Consumer<Outcome> outcomes;
  private Map<DeviceAddress, Told> told = new HashMap<>();

  /**
   * @param grain how long a device is not told of again
   * @param batch how many devices a report holds at most
   * @param timeout for each question
   */
  record Settings(Duration grain, int batch, Duration timeout) {}

  private record Told(long heardMillis, long toldMillis) {}

  /**
   * @param aliveBoots the replicas that may hold connections; may fail
   * @param outcomes hears what became of each report
   */
  ActivityReporter(
      ReplicaIdentity replica,
      List<Source> sources,
      Supplier<Uni<List<UUID>>> aliveBoots,
      Registry registry,
      Settings settings,
      Clock clock,
      Consumer<Outcome> outcomes) {
    this.replica = replica;
    this.sources = List.copyOf(sources);
    this.aliveBoots = aliveBoots;
    this.registry = registry;
    this.settings = settings;
    this.clock = clock;
    this.outcomes = outcomes;
  }

  /**
   * Tells what there is to tell; waits for the answers.
   *
   * @throws RuntimeException when the registry is away; what was not told is told the next time
   */
  void tell() {
    var now = clock.millis();
    var heard = heard();
    var due = heard.values().stream().filter(it -> isDue(it, now)).toList();
    var batches = batches(due);
    for (var batch : batches.subList(0, batches.size() - 1)) {
      send(new ActivityReport(replica.name(), replica.bootId(), null, null, heard(batch)));
      note(batch, now);
    }
    var completeUntil = now - settings.grain().toMillis() - LAG_MILLIS;
    send(
        new ActivityReport(
            replica.name(),
            replica.bootId(),
            Instant.ofEpochMilli(completeUntil),
            alive(),
            heard(batches.getLast())));
    note(batches.getLast(), now);
    forget(heard, now);
  }

  private Map<DeviceAddress, HeardDevice> heard() {
    Map<DeviceAddress, HeardDevice> heard = new HashMap<>();
    for (var source : sources) {
      source.each(it -> heard.merge(it.device(), it, HeardDevice::or));
    }
    return heard;
  }

  private boolean isDue(HeardDevice device, long now) {
    var before = told.get(device.device());
    return before == null
        || device.atMillis() > before.heardMillis
            && now - before.toldMillis >= settings.grain().toMillis();
  }

  /** At least one, which may be empty: that a replica hears nothing has to be told as well. */
  private List<List<HeardDevice>> batches(List<HeardDevice> due) {
    List<List<HeardDevice>> batches = new ArrayList<>();
    // In one order, so that reports of several replicas do not wait for each other in circles.
    var sorted = due.stream().sorted(Comparator.comparing(HeardDevice::device)).toList();
    for (int from = 0; from < sorted.size(); from += settings.batch()) {
      batches.add(sorted.subList(from, Math.min(sorted.size(), from + settings.batch())));
    }
    return batches.isEmpty() ? List.of(List.of()) : batches;
  }

  private static List<Heard> heard(List<HeardDevice> batch) {
    return batch.stream()
        .map(
            it ->
                new Heard(
                    it.device(),
                    Instant.ofEpochMilli(it.atMillis()),
                    it.keepAliveSeconds(),
                    it.connected()))
        .toList();
  }

  /** Null while nobody can tell: the database is away. */
  private List<UUID> alive() {
    return aliveBoots.get().onFailure().recoverWithNull().await().atMost(settings.timeout());
  }

  private void send(ActivityReport report) {
    try {
      var taken = registry.report(report).await().atMost(settings.timeout());
      outcomes.accept(taken ? Outcome.TAKEN : Outcome.REFUSED);
    } catch (RuntimeException away) {
      outcomes.accept(Outcome.FAILED);
      throw away;
    }
  }

  /** A report that was refused is not repeated: it would be refused again, and hold up the rest. */
  private void note(List<HeardDevice> batch, long now) {
    batch.forEach(it -> told.put(it.device(), new Told(it.atMillis(), now)));
  }

  private void forget(Map<DeviceAddress, HeardDevice> heard, long now) {
    told.entrySet()
        .removeIf(
            it ->
                !heard.containsKey(it.getKey())
                    && now - it.getValue().toldMillis >= settings.grain().toMillis());
  }
}
