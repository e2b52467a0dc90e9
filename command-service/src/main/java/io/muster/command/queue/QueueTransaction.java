package io.muster.command.queue;

import io.muster.command.database.Pipeline;
import io.muster.command.life.Command;
import io.muster.command.life.DeviceQueue;
import io.muster.command.life.Happening;
import io.muster.command.life.Outcome;
import io.muster.command.life.Presence;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The queues of some devices in one transaction: read and locked, then changed in memory, then
 * looked at and written, with what is to be sent. For one thread.
 */
public final class QueueTransaction {
  private final SqlConnection db;
  private final Instant now;
  private final Instant judgedAt;
  private final EventIds ids;
  private final Map<DeviceAddress, OpenQueue> queues = new HashMap<>();

  /** A queue and its open commands, in their order. */
  private record OpenQueue(LockedQueue queue, List<Course> courses) {}

  /**
   * @param judgedAt as of when it is judged whether devices were silent for too long
   */
  QueueTransaction(SqlConnection db, Instant now, Instant judgedAt, EventIds ids) {
    this.db = db;
    this.now = now;
    this.judgedAt = judgedAt;
    this.ids = ids;
  }

  QueueTransaction fill(List<LockedQueue> locked, Map<Long, List<Course>> open) {
    for (var queue : locked) {
      queues.put(queue.device(), new OpenQueue(queue, open.getOrDefault(queue.key(), List.of())));
    }
    return this;
  }

  /** The open commands of a device, in their order. */
  public List<Command> open(DeviceAddress device) {
    return courses(device).stream().map(Course::now).toList();
  }

  /** Whether somebody is there who hears what is said to the device. */
  Presence presence(DeviceAddress device) {
    var open = queues.get(device);
    return open == null ? Presence.ABSENT : open.queue().presence();
  }

  /**
   * Something happened to a command.
   *
   * @return empty when the device has no open command of that id
   */
  public Optional<Outcome> apply(DeviceAddress device, UUID command, Happening happening) {
    return courses(device).stream()
        .filter(it -> it.now().id().equals(command))
        .findFirst()
        .map(course -> goOn(course, happening));
  }

  /** Something happened to all of a device's open commands. */
  public void applyToAll(DeviceAddress device, Happening happening) {
    courses(device).forEach(course -> goOn(course, happening));
  }

  /** The broker has these messages, as far as they are still what their commands wait for. */
  void atBroker(List<UUID> messages) {
    for (var open : queues.values()) {
      var presence = open.queue().presence();
      for (var course : open.courses()) {
        var attempt = course.now().attempt();
        if (attempt != null && messages.contains(attempt.messageId())) {
          goOn(course, new Happening.AtBroker(attempt.messageId(), presence, now));
        }
      }
    }
  }

  /** Looks at each queue and writes all that came of it. */
  public Uni<Written> write() {
    List<Course> changed = new ArrayList<>();
    List<OutgoingCommand> outgoing = new ArrayList<>();
    var keys = new Long[queues.size()];
    var lookAt = new OffsetDateTime[queues.size()];
    var finished = new Integer[queues.size()];
    var i = 0;
    for (var open : queues.values()) {
      var next = look(open, outgoing);
      keys[i] = open.queue().key();
      lookAt[i] = next.map(it -> it.atOffset(ZoneOffset.UTC)).orElse(null);
      finished[i] = (int) open.courses().stream().filter(it -> it.now().isFinished()).count();
      open.courses().stream().filter(Course::isChanged).forEach(changed::add);
      i++;
    }
    if (queues.isEmpty()) {
      return Uni.createFrom().item(Written.NOTHING);
    }
    var written =
        new Written(
            changed.stream()
                .map(it -> new Written.Change(it.now().id(), it.now().isFinished()))
                .toList(),
            outgoing.size(),
            changed.stream().map(Course::ended).flatMap(Optional::stream).toList());
    return Pipeline.of(
            changed.isEmpty() ? Uni.createFrom().voidItem() : CommandTable.write(db, changed),
            QueueTable.write(db, keys, lookAt, finished),
            tell(),
            send(outgoing))
        .replaceWith(written);
  }

  private Optional<Instant> look(OpenQueue open, List<OutgoingCommand> outgoing) {
    var commands = open.courses().stream().map(Course::now).toList();
    var fetched = fetched(open);
    // What has ended in this transaction is in nobody's way.
    var plan =
        DeviceQueue.look(
            commands.stream().filter(it -> !it.isFinished()).toList(),
            open.queue().presence(),
            it -> fetched.contains(it.key()),
            now,
            judgedAt,
            ids::next);
    Map<Long, Command> after = new HashMap<>();
    plan.commands().forEach(it -> after.put(it.key(), it));
    open.courses().forEach(it -> it.goOn(after.getOrDefault(it.now().key(), it.now())));
    plan.sent().forEach(it -> outgoing.add(new OutgoingCommand(open.queue().device(), it)));
    return fetched.isEmpty() ? plan.lookAt() : notAfter(open.queue().fetchesUntil(), plan.lookAt());
  }

  /** The keys of commands that the device fetches itself. */
  private Set<Long> fetched(OpenQueue open) {
    return open.queue().fetchesJobs(now)
        ? open.courses().stream()
            .filter(Course::isOfJob)
            .map(it -> it.now().key())
            .collect(Collectors.toSet())
        : Set.of();
  }

  private static Optional<Instant> notAfter(Instant limit, Optional<Instant> time) {
    return limit == null || time.filter(it -> it.isBefore(limit)).isPresent()
        ? time
        : Optional.of(limit);
  }

  private Uni<Void> tell() {
    var fetching =
        queues.values().stream()
            .map(OpenQueue::queue)
            .filter(LockedQueue::fetches)
            .map(LockedQueue::key)
            .toArray(Long[]::new);
    return fetching.length == 0 ? Uni.createFrom().voidItem() : QueueTable.tell(db, fetching, now);
  }

  private Uni<Void> send(List<OutgoingCommand> outgoing) {
    return outgoing.isEmpty()
        ? Uni.createFrom().voidItem()
        : OutgoingCommand.entries(db, outgoing, now)
            .flatMap(entries -> Outbox.append(db, entries))
            .replaceWithVoid();
  }

  private static Outcome goOn(Course course, Happening happening) {
    var outcome = course.now().apply(happening);
    if (outcome instanceof Outcome.Changed changed) {
      course.goOn(changed.command());
    }
    return outcome;
  }

  private List<Course> courses(DeviceAddress device) {
    var open = queues.get(device);
    return open == null ? List.of() : open.courses();
  }
}
