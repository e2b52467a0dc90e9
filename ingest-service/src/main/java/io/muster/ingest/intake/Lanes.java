package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.ingest.deadletters.DeadLetter;
import io.muster.ingest.intake.Outcome.Refused.Shortage;
import io.muster.ingest.retention.ReadingTimes;
import io.muster.outbox.EventIds;
import io.muster.outbox.OutboxEntry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The intake as several lanes side by side. All that is about one device goes over one lane, and so
 * stays in order. Thread-safe.
 */
public final class Lanes implements Intake, IntakePressure, AutoCloseable {
  private final IntakeSettings settings;
  private final Clock clock;
  private final EventIds ids;
  private final IntakeMeters meters;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<StoreState> states = new ArrayList<>();
  private final AtomicLong atMostOnceBytes = new AtomicLong();

  /**
   * @param options how to reach the database; asked at each attempt
   * @param times which times readings may have; asked at each message
   */
  Lanes(
      Vertx vertx,
      Supplier<PgConnectOptions> options,
      IntakeSettings settings,
      Dictionaries dictionaries,
      Supplier<ReadingTimes> times,
      LaneListener listener,
      IntakeMeters meters,
      Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.meters = meters;
    for (int i = 0; i < settings.lanes(); i++) {
      var state = new StoreState(clock, i);
      var lane =
          new Lane(
              vertx,
              eventLoop(vertx),
              settings,
              new LaneConnection(vertx, options, settings, state, dictionaries::forget),
              dictionaries,
              new Interpreter(settings.limits(), times, ids),
              listener,
              atMostOnceBytes);
      meters.watch(i, lane);
      lanes.add(lane);
      states.add(state);
    }
    meters.watch(this);
    lanes.forEach(Lane::start);
  }

  /** A thread of its own for each lane, as far as there are event loops; not the caller's. */
  private static Context eventLoop(Vertx vertx) {
    // The public interface gives a thread of one's own only by way of a verticle.
    return ((VertxInternal) vertx).createEventLoopContext();
  }

  @Override
  public void offer(Publication publication, Completion completion) {
    offer(publication, null, completion);
  }

  /**
   * The same for a message that was a dead letter: what it makes has an id that follows from the
   * dead letter's, so that it can be offered again when nobody knows whether it was kept.
   */
  void offerAgain(Publication publication, UUID id, Completion completion) {
    offer(publication, id, completion);
  }

  private void offer(Publication publication, UUID id, Completion completion) {
    if (publication.qos() == 0 && !admitsAtMostOnce(publication, completion)) {
      return;
    }
    lane(publication).offer(new Entry(publication, id, publication.publisher(), null, completion));
  }

  private boolean admitsAtMostOnce(Publication publication, Completion completion) {
    if (!storeIsReachable()) {
      return refuse(Shortage.DATABASE, completion);
    }
    var bytes = publication.payload().length;
    if (atMostOnceBytes.addAndGet(bytes) > settings.atMostOnceBytes()) {
      atMostOnceBytes.addAndGet(-bytes);
      return refuse(Shortage.MEMORY, completion);
    }
    return true;
  }

  private boolean refuse(Shortage shortage, Completion completion) {
    meters.refused(shortage);
    completion.complete(Outcome.refused(shortage));
    return false;
  }

  @Override
  public void deadLetter(RefusedPublish refused, Completion completion) {
    var from = refused.from();
    var letter =
        new DeadLetter(
                ids.next(),
                from,
                refused.about(),
                refused.topicName(),
                refused.qos(),
                refused.contentType(),
                refused.userProperties().asMap(),
                refused.payload(),
                refused.payload().length,
                refused.reason(),
                refused.detail(),
                clock.instant())
            .cutTo(settings.deadLetterBytes());
    lane(from).offer(new Entry(null, null, from, new Content.Refused(letter), completion));
  }

  @Override
  public void announce(Announcement announcement, Completion completion) {
    var topic = PlatformTopic.of(ServiceName.INGEST, announcement.event(), announcement.device());
    var entry =
        OutboxEntry.event(ids.next(), topic, announcement.data(), clock.instant(), Map.of());
    lane(announcement.device())
        .offer(
            new Entry(null, null, announcement.device(), new Content.Message(entry), completion));
  }

  private Lane lane(Publication publication) {
    var device = publication.topic().device();
    return device.isPresent() ? lane(device.get()) : lane(publication.publisher());
  }

  private Lane lane(DeviceAddress device) {
    var hash = device.hashCode();
    return lanes.get(Math.floorMod(hash ^ (hash >>> 16), lanes.size()));
  }

  @Override
  public boolean storeIsReachable() {
    for (var state : states) {
      if (!state.isHere()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int queued() {
    return lanes.stream().mapToInt(Lane::queued).sum();
  }

  /** Why the store is not reachable, or null. */
  String reason() {
    for (var state : states) {
      if (!state.isHere()) {
        return state.reason() + ", since " + state.since();
      }
    }
    return null;
  }

  List<Lane> all() {
    return List.copyOf(lanes);
  }

  /** Ends the connections. What has not been committed is not acknowledged, and comes again. */
  @Override
  public void close() {
    lanes.forEach(Lane::close);
  }
}
