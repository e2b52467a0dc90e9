package io.muster.command.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.aws.AwsJobs;
import io.muster.command.aws.JobsTopic;
import io.muster.command.aws.JobsTransaction;
import io.muster.command.life.Command;
import io.muster.command.life.Happening;
import io.muster.command.life.Outcome;
import io.muster.command.queue.Arrivals;
import io.muster.command.queue.QueueTransaction;
import io.muster.command.queue.Queues;
import io.muster.command.queue.Written;
import io.muster.command.trace.AnsweredCommand;
import io.muster.command.trace.CommandTraces;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.SharedEffects;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * What ingest's log says of devices and their commands: answers, deliveries, who is there, who asks
 * for jobs. A page in one transaction; each device's in their order. Called by one thread at a
 * time.
 */
// At start: its meters are there before the first use.
@Startup
@ApplicationScoped
class IngestLog implements SharedEffects.Reader {
  private static final Logger LOG = Logger.getLogger(IngestLog.class);

  /** Much longer than an event takes to be told. */
  private static final Duration ENDED_KEPT_FOR = Duration.ofDays(1);

  /** More than a page can bring. */
  private static final int FORGOTTEN_AT_ONCE = 1_000;

  private static final String OWNERS =
      """
      SELECT c.id, q.tenant, q.device FROM command AS c JOIN device_queue AS q ON q.key = c.queue_key
       WHERE c.id = ANY ($1)\
      """;

  private final Queues queues;
  private final AwsJobs jobs;
  private final Clock clock;
  private final InboxMeters meters;
  private final CommandTraces traces;
  private final AtomicReference<Applied> applied = new AtomicReference<>(Applied.NOTHING);

  /** What is told of when it is committed. */
  private record Applied(Written written, List<CommandTraces.Traced> traced) {
    static final Applied NOTHING = new Applied(Written.NOTHING, List.of());
  }

  IngestLog(Queues queues, AwsJobs jobs, Clock clock, CommandTraces traces, MeterRegistry meters) {
    this.queues = queues;
    this.jobs = jobs;
    this.clock = clock;
    this.traces = traces;
    this.meters = new InboxMeters(meters);
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return StepReader.wants(event.topic()) || JobsTopic.parse(event.topic()).isPresent();
  }

  @Override
  public Uni<Void> apply(SqlConnection db, List<OutboxEvent> events) {
    applied.set(Applied.NOTHING);
    var steps = events.stream().map(this::read).flatMap(Optional::stream).toList();
    if (steps.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Set<DeviceAddress> devices = new HashSet<>();
    steps.forEach(step -> devices.add(step.device()));
    var listenings = all(steps, Step.Listens.class).map(Step.Listens::listening).toList();
    var requests = all(steps, Step.Asks.class).map(Step.Asks::request).toList();
    // Who is there, and who fetches jobs, is written first: it is read again with the queues.
    return Arrivals.keepApart(db, coming(steps))
        .flatMap(done -> presence(db, steps))
        .flatMap(done -> jobs.learn(db, devices, listenings, requests))
        .flatMap(done -> queues.begin(db, devices))
        .flatMap(
            open ->
                jobs.begin(db, open, requests)
                    .flatMap(
                        asked ->
                            run(db, steps, open, asked)
                                .flatMap(traced -> write(db, steps, open, asked, traced))))
        .invoke(applied::set)
        .replaceWithVoid();
  }

  private Uni<Applied> write(
      SqlConnection db,
      List<Step> steps,
      QueueTransaction open,
      JobsTransaction asked,
      List<CommandTraces.Traced> traced) {
    return open.write()
        .flatMap(done -> told(db, steps).replaceWith(done))
        .flatMap(done -> asked.write(db).map(done::and))
        .map(written -> new Applied(written, traced));
  }

  private static <T extends Step> Stream<T> all(List<Step> steps, Class<T> type) {
    return steps.stream().filter(type::isInstance).map(type::cast);
  }

  @Override
  public Uni<Void> startOver(SqlConnection db) {
    LOG.warn("What ingest told for a while is lost: who is connected is not known for now");
    applied.set(Applied.NOTHING);
    return PresenceTable.forgetAll(db, clock.instant());
  }

  /**
   * After the commit of what was applied; once for all of it, also when nothing of the next page is
   * of interest.
   */
  void committed() {
    var done = applied.getAndSet(Applied.NOTHING);
    queues.committed(done.written());
    traces.answered(done.traced());
  }

  private Optional<Step> read(OutboxEvent event) {
    try {
      return JobsTopic.isLikely(event.topic())
          ? jobs.read(event).map(Step.Asks::new)
          : StepReader.read(event);
    } catch (IllegalArgumentException | NullPointerException unreadable) {
      // Stopping at it would let every later answer wait.
      meters.unreadable();
      LOG.debugf(unreadable, "Event %d of ingest cannot be read", event.sequence());
      return Optional.empty();
    }
  }

  private static Set<DeviceAddress> coming(List<Step> steps) {
    return steps.stream()
        .filter(
            step ->
                step instanceof Step.Connected
                    || step instanceof Step.Listens
                    || step instanceof Step.Asks)
        .map(Step::device)
        .collect(Collectors.toSet());
  }

  private Uni<Void> presence(SqlConnection db, List<Step> steps) {
    return Multi.createFrom()
        .iterable(steps)
        .onItem()
        .transformToUniAndConcatenate(
            step ->
                switch (step) {
                  case Step.Connected it -> PresenceTable.connected(db, it);
                  case Step.Listens it ->
                      it.listening().commands()
                          ? PresenceTable.listens(db, it.listening())
                          : Uni.createFrom().voidItem();
                  case Step.Disconnected it -> PresenceTable.disconnected(db, it);
                  case Step.Answered it -> Uni.createFrom().voidItem();
                  case Step.Delivered it -> Uni.createFrom().voidItem();
                  case Step.Asks it -> Uni.createFrom().voidItem();
                  case Step.Told it -> Uni.createFrom().voidItem();
                })
        .collect()
        .last()
        .flatMap(
            done ->
                steps.stream().anyMatch(Step.Disconnected.class::isInstance)
                    ? prune(db)
                    : Uni.createFrom().voidItem());
  }

  private Uni<Void> prune(SqlConnection db) {
    return PresenceTable.prune(db, clock.instant(), ENDED_KEPT_FOR, FORGOTTEN_AT_ONCE)
        .replaceWithVoid();
  }

  private Uni<Void> told(SqlConnection db, List<Step> steps) {
    return Multi.createFrom()
        .items(all(steps, Step.Told.class))
        .onItem()
        .transformToUniAndConcatenate(it -> jobs.arrived(db, it.device(), it.messageId()))
        .collect()
        .last()
        .replaceWithVoid();
  }

  private Uni<List<CommandTraces.Traced>> run(
      SqlConnection db, List<Step> steps, QueueTransaction open, JobsTransaction asked) {
    List<Step.Answered> unknown = new ArrayList<>();
    List<AnsweredCommand> taken = new ArrayList<>();
    for (var step : steps) {
      switch (step) {
        case Step.Answered it -> {
          var outcome = open.apply(it.device(), it.command(), new Happening.Answered(it.answer()));
          outcome.ifPresentOrElse(meters::answer, () -> unknown.add(it));
          if (outcome.orElse(null) instanceof Outcome.Changed) {
            taken.add(answered(it));
          }
        }
        case Step.Delivered it ->
            command(open, it)
                .ifPresent(id -> open.apply(it.device(), id, new Happening.Delivered(it.at())));
        case Step.Connected it ->
            open.applyToAll(it.device(), new Happening.DeviceIsBack(clock.instant()));
        case Step.Listens it -> {
          if (it.listening().commands()) {
            open.applyToAll(it.device(), new Happening.DeviceIsBack(clock.instant()));
          }
        }
        case Step.Asks it -> asked.take(it.request());
        case Step.Disconnected it -> {}
        case Step.Told it -> {}
      }
    }
    taken.addAll(asked.answered());
    return (unknown.isEmpty() ? Uni.createFrom().voidItem() : count(db, unknown))
        .flatMap(done -> traces.find(db, taken));
  }

  private static AnsweredCommand answered(Step.Answered it) {
    var answer = it.answer();
    return new AnsweredCommand(
        it.device(), it.command(), answer.status(), it.properties(), answer.at());
  }

  /** Which command was delivered; a one-way one is known by its message, or else is the first. */
  private static Optional<UUID> command(QueueTransaction open, Step.Delivered it) {
    if (it.command() != null) {
      return Optional.of(it.command());
    }
    return open.open(it.device()).stream()
        .filter(command -> command.terms().oneWay() && command.name().equals(it.name()))
        .filter(command -> command.attempt() != null)
        .filter(
            command ->
                it.messageId() == null || command.attempt().messageId().equals(it.messageId()))
        .findFirst()
        .map(Command::id);
  }

  /** What is not open has ended, or is another device's, or nobody's. */
  private Uni<Void> count(SqlConnection db, List<Step.Answered> answers) {
    var ids = answers.stream().map(Step.Answered::command).toArray(UUID[]::new);
    return db.preparedQuery(OWNERS)
        .execute(Tuple.of((Object) ids))
        .invoke(
            rows -> {
              Map<UUID, DeviceAddress> owners = new HashMap<>();
              rows.forEach(
                  row ->
                      owners.put(
                          row.getUUID(0), DeviceAddress.of(row.getString(1), row.getString(2))));
              answers.forEach(it -> meters.answer(label(it, owners.get(it.command()))));
            })
        .replaceWithVoid();
  }

  private static String label(Step.Answered answer, DeviceAddress owner) {
    if (owner == null) {
      return "unknown";
    }
    return owner.equals(answer.device()) ? "late" : "foreign";
  }
}
