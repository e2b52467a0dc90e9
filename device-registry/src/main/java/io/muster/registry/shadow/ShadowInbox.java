package io.muster.registry.shadow;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.registry.inbox.InboxHandler;
import io.muster.registry.inbox.SessionHandler;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/**
 * What devices ask of their shadows, and who hears of them, from the log of ingest: a batch of
 * events in one transaction, in their order. Thread-safe.
 */
// At start: its meters are there before the first use.
@Startup
@ApplicationScoped
class ShadowInbox implements InboxHandler, SessionHandler {
  private static final Logger LOG = Logger.getLogger(ShadowInbox.class);

  private final Pool pool;
  private final ShadowConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final StepReader reader;
  private final ShadowMeters meters;

  ShadowInbox(Pool pool, ShadowConfig config, Clock clock, MeterRegistry meters) {
    this.pool = pool;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.reader =
        new StepReader(
            config.rules(), new RequestRate(config.requestsPerSecond(), config.requestBurst()));
    this.meters = new ShadowMeters(meters);
  }

  @Override
  public ServiceName service() {
    return ServiceName.INGEST;
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return StepReader.wants(event.topic());
  }

  @Override
  public Uni<Void> apply(SqlConnection connection, List<OutboxEvent> events) {
    return take(connection, events.stream().map(reader::read).flatMap(Optional::stream).toList());
  }

  private Uni<Void> take(SqlConnection connection, List<Step> steps) {
    if (steps.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return ShadowDevices.keys(connection, devices(steps))
        .chain(keys -> begin(connection, steps, keys))
        .chain(batch -> run(connection, steps, batch));
  }

  /**
   * Who listens is not known for now; what each has missed it gets when ingest tells of it again.
   */
  @Override
  public Uni<Void> startOver(SqlConnection connection) {
    return ShadowListeners.forgetAll(connection);
  }

  /** As if each had just subscribed: what was told of it may have been lost, and then it waits. */
  @Override
  public Uni<Void> retold(SqlConnection connection, List<ConnectedSession> sessions) {
    return take(connection, sessions.stream().<Step>flatMap(Step.Subscribed::of).toList());
  }

  private static Set<DeviceAddress> devices(List<Step> steps) {
    Set<DeviceAddress> devices = new HashSet<>();
    for (var step : steps) {
      switch (step) {
        case Step.Request it -> devices.add(it.topic().device());
        case Step.Subscribed it -> devices.add(it.device());
        case Step.Disconnected it -> {}
        case Step.Delivered it -> {}
      }
    }
    return devices;
  }

  private Uni<ShadowBatch> begin(
      SqlConnection connection, List<Step> steps, Map<DeviceAddress, Integer> keys) {
    var touched = new TreeSet<ShadowKey>();
    var toUpdate = new TreeSet<ShadowKey>();
    var listening = new TreeSet<Integer>();
    for (var step : steps) {
      if (step instanceof Step.Request request && !(request.ask() instanceof Step.Ask.Refused)) {
        var deviceKey = keys.get(request.topic().device());
        if (deviceKey != null) {
          var key = new ShadowKey(deviceKey, request.name());
          touched.add(key);
          if (request.ask() instanceof Step.Ask.Update) {
            toUpdate.add(key);
          }
        }
      } else if (step instanceof Step.Subscribed it && keys.containsKey(it.device())) {
        listening.add(keys.get(it.device()));
      }
    }
    var now = clock.instant();
    return withDelta(connection, listening)
        .invoke(touched::addAll)
        .chain(() -> ShadowTransaction.begin(connection, config, now, touched, toUpdate))
        .map(shadows -> new ShadowBatch(keys, shadows, new Outgoing(ids, now), meters));
  }

  private static Uni<Set<ShadowKey>> withDelta(SqlConnection connection, Set<Integer> devices) {
    return devices.isEmpty()
        ? Uni.createFrom().item(Set.of())
        : ShadowTable.withDelta(connection, devices);
  }

  private Uni<Void> run(SqlConnection connection, List<Step> steps, ShadowBatch batch) {
    steps.forEach(batch::take);
    // Who listens is known before it is looked to whom a delta is on its way.
    return batch
        .listeners()
        .write(connection)
        .chain(() -> PendingDeltas.delivered(connection, batch.delivered()))
        .chain(() -> batch.shadows().write(batch.outgoing()));
  }

  /** The device waits for an answer; it gets it at most once, since its request is over. */
  @Override
  public void leftOut(OutboxEvent event) {
    reader
        .read(event)
        .filter(Step.Request.class::isInstance)
        .map(Step.Request.class::cast)
        .ifPresent(this::answerFailed);
  }

  private void answerFailed(Step.Request request) {
    var refusal = ShadowRefusal.internal();
    var now = clock.instant();
    var outgoing = new Outgoing(ids, now);
    outgoing.answer(
        request.topic().rejected(),
        ShadowMessages.rejected(refusal, now.getEpochSecond(), request.clientToken()),
        request.trace());
    meters.rejected(request.topic().operation(), refusal);
    pool.withTransaction(transaction -> Outbox.append(transaction, outgoing.entries()))
        .subscribe()
        .with(
            done -> {},
            failure -> LOG.warnf("A request of %s is unanswered", request.topic().device()));
  }
}
