package io.muster.command.schedules;

import static io.muster.command.HandWired.bean;
import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.command.CommandDatabase;
import io.muster.command.HandWired;
import io.muster.command.audit.AuditLog;
import io.muster.command.commands.CommandLimits;
import io.muster.command.commands.TransactionalCommands;
import io.muster.command.database.Database;
import io.muster.command.jobs.Jobs;
import io.muster.command.neighbours.Neighbours;
import io.muster.command.queue.Queues;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.TenantId;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.muster.rest.versions.IfMatch;
import io.opentelemetry.api.trace.TracerProvider;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What one instance of the service does about schedules, step by step as a test says: no timers, no
 * container, a clock of the test's.
 */
final class ScheduleInstance implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final Author AUTHOR = new Author("pat", null);

  /** Parts of what tests ask for, with single quotes. */
  static final String COMMAND = "'device':'d1','command':{'name':'reboot','payload':{'delay':5.5}}";

  static final String JOB = "'job':{'command':{'name':'reboot'},'targets':{'filter':'tag==lab'}}";
  static final String HOURLY = "'cron':'0 * * * *','zone':'UTC'";

  final Schedules schedules;
  final ScheduleActions actions;
  final ScheduleReader reader;
  final ScheduleWorker worker;
  final Firings firings;
  final Database database;
  final MeterRegistry meters = new SimpleMeterRegistry();
  private final Pool pool;
  private final Vertx vertx;

  ScheduleInstance(
      CommandDatabase tables, Map<String, String> settings, Clock clock, String registryUrl) {
    vertx = Vertx.vertx();
    pool = tables.newPool(8);
    var all = new HashMap<>(settings);
    all.put("muster.command.neighbours.registry-url", registryUrl);
    all.put("muster.command.neighbours.ingest-url", registryUrl);
    all.put("muster.command.neighbours.service-token-file", token());
    all.put("muster.command.neighbours.request-timeout", "60s");
    all.put("muster.command.database.transaction-timeout", "60s");
    database = bean(Database.class, pool, config(named("database.PoolConfig"), all));
    var queues = bean(Queues.class, database, clock, HandWired.event(written -> {}));
    var neighbours =
        bean(Neighbours.class, vertx, config(named("neighbours.NeighboursConfig"), all));
    var limits = config(CommandLimits.class, all);
    var audit = bean(AuditLog.class, config(named("audit.AuditConfig"), all), clock);
    var intake =
        bean(
            named("commands.Intake"),
            database,
            bean(named("commands.NewCommands"), clock),
            bean(named("commands.TenantUse"), limits),
            bean(named("commands.IdempotentRequests"), limits, clock),
            queues,
            audit,
            limits);
    var commands =
        bean(
            TransactionalCommands.class,
            bean(named("commands.KnownDevices"), database, neighbours),
            intake);
    var jobsConfig = config(named("jobs.JobsConfig"), all);
    var lookup = bean(named("jobs.TargetLookup"), neighbours, jobsConfig);
    var jobs = bean(Jobs.class, database, lookup, audit, jobsConfig, limits, clock);
    var config = config(SchedulesConfig.class, all);
    schedules = new Schedules(database, commands, jobs, audit, config, limits, clock);
    actions = new ScheduleActions(database, schedules, audit, clock);
    reader = new ScheduleReader(database);
    firings =
        new Firings(
            database,
            new TaskSender(commands, jobs, limits, clock),
            queues,
            audit,
            new FiringTrace(TracerProvider.noop().get("test")),
            new ScheduleMeters(meters),
            config,
            clock);
    worker = new ScheduleWorker(database, firings, config, clock);
  }

  UUID make(TenantId tenant, String json) {
    return make(tenant, json, Optional.empty());
  }

  UUID make(TenantId tenant, String json, Optional<IdempotencyKey> key) {
    return get(schedules.make(tenant, body(json), key, AUTHOR));
  }

  void replace(TenantId tenant, UUID schedule, String json, String ifMatch) {
    get(actions.replace(tenant, schedule, body(json), IfMatch.required(ifMatch), AUTHOR));
  }

  void pause(TenantId tenant, UUID schedule) {
    get(actions.pause(tenant, schedule, IfMatch.optional(null), AUTHOR));
  }

  void resume(TenantId tenant, UUID schedule) {
    get(actions.resume(tenant, schedule, IfMatch.optional(null), AUTHOR));
  }

  ScheduleView read(TenantId tenant, UUID schedule) {
    return get(reader.read(tenant, schedule));
  }

  List<FiringView> firings(TenantId tenant, UUID schedule) {
    return get(reader.firings(tenant, schedule, Cursor.read(null), 1_000)).items();
  }

  /** Fires what is due until nothing is. */
  void run() {
    while (get(worker.workOnOne())) {
      // Each is put off, or has fired.
    }
  }

  /** Takes one that is due, as an instance does that dies before it has fired. */
  Schedule claim(Clock clock, Duration lease) {
    return get(database.inTransaction(db -> ScheduleTable.claim(db, clock.instant(), lease)))
        .map(ScheduleTable::schedule)
        .orElseThrow();
  }

  double firings(String outcome) {
    return meters.counter("muster.command.schedule.firings", "outcome", outcome).count();
  }

  static ScheduleBody body(String json) {
    try {
      return ContractJson.mapper().readValue(json.replace('\'', '"'), ScheduleBody.class);
    } catch (IOException notJson) {
      throw new AssertionError(notJson);
    }
  }

  static <T> T get(Uni<T> answer) {
    return answer.await().atMost(PATIENCE);
  }

  static void assertRefused(Class<? extends Refusal> why, Runnable action) {
    var failure = assertThrows(RefusedException.class, action::run);
    assertInstanceOf(why, failure.refusal());
  }

  private static String token() {
    try {
      var file = Files.createTempFile("service", ".token");
      file.toFile().deleteOnExit();
      return Files.writeString(file, "token").toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName("io.muster.command." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    pool.closeAndForget();
    vertx.closeAndForget();
  }
}
