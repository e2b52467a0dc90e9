package io.muster.command.commands;

import static io.muster.command.HandWired.bean;
import static io.muster.command.HandWired.config;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.command.CommandDatabase;
import io.muster.command.HandWired;
import io.muster.command.audit.AuditLog;
import io.muster.command.database.Database;
import io.muster.command.jobs.ContinuousJobs;
import io.muster.command.life.State;
import io.muster.command.progress.Progress;
import io.muster.command.queue.Queues;
import io.muster.command.queue.SentMessages;
import io.muster.command.queue.Written;
import io.muster.command.trace.CommandTraces;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.EventFollower;
import io.muster.outbox.OutboxPublisher;
import io.muster.outbox.OutboxSettings;
import io.muster.outbox.SharedEffects;
import io.muster.rest.audit.Author;
import io.opentelemetry.api.trace.TracerProvider;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.lang.reflect.InvocationTargetException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/** One instance of the service without REST and container: a broker and a log are the test's. */
final class Instance implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final Author AUTHOR = new Author("pat", null);

  final MeterRegistry meters = new SimpleMeterRegistry();
  final Intake intake;
  final Commands commands;
  final CommandReader reader;
  final Waiting waiting;
  final Following following;
  private final Progress progress;
  private final Object ends;
  private final Pool pool;
  private final Queues queues;
  private final OutboxPublisher publisher;
  private final EventFollower follower;
  private final SharedEffects effects;
  private final Thread dispatcher;
  private boolean started;

  /**
   * @param broker takes messages, and has what ingest tells
   */
  Instance(CommandDatabase database, Map<String, String> settings, PlayedBroker broker) {
    var clock = Clock.systemUTC();
    pool = database.newPool(12);
    var all = new java.util.HashMap<>(settings);
    // What is slow here is the machine.
    all.put("muster.command.database.transaction-timeout", "60s");
    ends = bean(named("queue.EndMeters"), meters);
    var poolConfig = named("database.PoolConfig");
    var db = bean(Database.class, pool, config(poolConfig, all));
    queues = bean(Queues.class, db, clock, HandWired.event(this::written));
    var sent = bean(SentMessages.class, queues, db);
    var limits = config(CommandLimits.class, all);
    var audit = bean(AuditLog.class, config(named("audit.AuditConfig"), all), clock);
    var requests = bean(IdempotentRequests.class, limits, clock);
    var table = bean(NewCommands.class, clock);
    intake =
        bean(
            Intake.class,
            db,
            table,
            bean(TenantUse.class, limits),
            requests,
            queues,
            audit,
            limits);
    // Its devices are known already: the registry is not asked.
    var devices = bean(KnownDevices.class, db, null);
    commands = bean(Commands.class, db, devices, intake, table, queues, audit, limits, clock);
    reader = bean(CommandReader.class, db);
    progress = bean(Progress.class, pool);
    var followers = config(FollowingConfig.class, all);
    waiting = bean(Waiting.class, reader, progress, followers, meters);
    following =
        bean(
            Following.class,
            reader,
            progress,
            JsonMapper.builder().findAndAddModules().build(),
            followers,
            meters);
    publisher =
        new OutboxPublisher(
            pool,
            OutboxSettings.defaults(),
            clock,
            event ->
                sent.isWanted(event.id())
                    .flatMap(
                        wanted ->
                            wanted
                                ? broker.take(event).flatMap(done -> sent.atBroker(event.id()))
                                : Uni.createFrom().voidItem()),
            (transaction, event, reason) -> sent.notPublished(transaction, event.id()));
    var traces = bean(CommandTraces.class, TracerProvider.noop().get("test"));
    var awsJobs =
        bean(named("aws.AwsJobs"), queues, config(named("aws.AwsConfig"), all), clock, meters);
    var ingestLog =
        (SharedEffects.Reader)
            bean(named("inbox.IngestLog"), queues, awsJobs, clock, traces, meters);
    effects = new SharedEffects(pool, PATIENCE, "ingest", Duration.ofSeconds(2), ingestLog);
    follower =
        new EventFollower(
            new EventFollower.Settings(
                "ingest", 200, Duration.ofMillis(20), PATIENCE, Duration.ofMillis(200)),
            (after, limit) -> Uni.createFrom().item(() -> page(broker.log(), after, limit)),
            new Telling(effects, () -> invoke(ingestLog, "committed")),
            effects,
            clock);
    dispatcher = Thread.ofVirtual().unstarted(this::dispatch);
  }

  private record Telling(SharedEffects effects, Runnable committed)
      implements EventFollower.Effects {
    @Override
    public Uni<Long> position() {
      return effects.position();
    }

    @Override
    public Uni<Void> take(EventPage page) {
      return effects.take(page).invoke(committed::run);
    }

    @Override
    public Uni<Long> startOver(long end) {
      return effects.startOver(end).invoke(committed::run);
    }
  }

  /** Takes requests and does nothing else. */
  Instance startRequestsOnly() {
    invoke(progress, "start", new Object[] {null});
    return this;
  }

  Instance start() {
    startRequestsOnly();
    started = true;
    publisher.start();
    follower.start();
    dispatcher.start();
    return this;
  }

  /** As if it were killed: it gives nothing back. */
  void die() {
    invoke(progress, "stop", new Object[] {null});
    dispatcher.interrupt();
    if (started) {
      follower.close();
      publisher.close();
    }
    pool.closeAndForget();
  }

  @Override
  public void close() {
    die();
  }

  /** Says that there is such a device. */
  void know(DeviceAddress device) {
    pool.preparedQuery("INSERT INTO device_queue (tenant, device, known) VALUES ($1, $2, true)")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .await()
        .atMost(PATIENCE);
  }

  /** Takes an event of the registry. */
  void registryTells(String topic) {
    var registryLog =
        (SharedEffects.Reader)
            bean(
                named("inbox.RegistryLog"),
                queues,
                bean(
                    ContinuousJobs.class,
                    config(named("jobs.JobsConfig"), Map.of()),
                    Clock.systemUTC()),
                Clock.systemUTC());
    var event =
        new OutboxEvent(1, UUID.randomUUID(), topic, 1, null, Map.of(), new byte[0], Instant.now());
    pool.withTransaction(db -> registryLog.apply(db, List.of(event))).await().atMost(PATIENCE);
  }

  /** How many commands it brought to such an end. */
  long ended(State state, String reason) {
    var ended = meters.counter("muster.command.ended", "state", state.label(), "reason", reason);
    return (long) ended.count();
  }

  void forgetFinished(Duration keepFor) {
    invoke(queues, "forgetFinished", keepFor, 10);
  }

  UUID send(DeviceAddress device, CommandBody body) {
    return commands
        .send(device, commands.nextId(), body, Optional.empty(), AUTHOR, Map.of())
        .await()
        .atMost(PATIENCE)
        .command();
  }

  CommandView read(DeviceAddress device, UUID id) {
    return reader.read(device, id).await().atMost(PATIENCE);
  }

  static EventPage page(List<OutboxEvent> log, long after, int limit) {
    var items = List.copyOf(log).stream().skip(after).limit(limit).toList();
    return new EventPage(items, items.isEmpty() ? after : items.getLast().sequence(), 1);
  }

  private void written(Written written) {
    invoke(progress, "written", written);
    invoke(ends, "written", written);
    if (written.messages() > 0) {
      publisher.wakeUp();
    }
  }

  private void dispatch() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        invoke(queues, "lookAtDue", 100);
        Thread.sleep(20);
      }
    } catch (InterruptedException | CompletionException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private static void invoke(Object bean, String method, Object... arguments) {
    try {
      for (var one : bean.getClass().getDeclaredMethods()) {
        if (one.getName().equals(method)) {
          one.setAccessible(true);
          if (one.invoke(bean, arguments) instanceof Uni<?> answer) {
            answer.onFailure().recoverWithNull().await().atMost(PATIENCE);
          }
        }
      }
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new AssertionError(method, e);
    }
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName("io.muster.command." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
