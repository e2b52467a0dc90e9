package io.muster.command.jobs;

import static io.muster.command.HandWired.bean;
import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.command.CommandDatabase;
import io.muster.command.HandWired;
import io.muster.command.audit.AuditLog;
import io.muster.command.commands.CommandLimits;
import io.muster.command.database.Database;
import io.muster.command.life.Answer;
import io.muster.command.life.Command;
import io.muster.command.life.Happening;
import io.muster.command.neighbours.Neighbours;
import io.muster.command.queue.QueueTransaction;
import io.muster.command.queue.Queues;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.outbox.SharedEffects;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
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

/**
 * What one instance of the service does about jobs, step by step as a test says: no timers, no
 * container, a clock of the test's.
 */
final class JobInstance implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final Author AUTHOR = new Author("pat", null);

  final Jobs jobs;
  final JobActions actions;
  final JobReader reader;
  final JobWorker worker;
  final JobRemains remains;
  private final Pool pool;
  private final Database database;
  private final Queues queues;
  private final Neighbours neighbours;
  private final Vertx vertx;
  private final SharedEffects.Reader registryLog;
  private final Clock clock;

  JobInstance(
      CommandDatabase tables, Map<String, String> settings, Clock clock, String registryUrl) {
    this.clock = clock;
    vertx = Vertx.vertx();
    pool = tables.newPool(8);
    var all = new HashMap<>(settings);
    all.put("muster.command.neighbours.registry-url", registryUrl);
    all.put("muster.command.neighbours.ingest-url", registryUrl);
    all.put("muster.command.neighbours.service-token-file", token());
    all.put("muster.command.neighbours.request-timeout", "60s");
    all.put("muster.command.database.transaction-timeout", "60s");
    database = bean(Database.class, pool, config(named("database.PoolConfig"), all));
    queues = bean(Queues.class, database, clock, HandWired.event(written -> {}));
    neighbours = bean(Neighbours.class, vertx, config(named("neighbours.NeighboursConfig"), all));
    var limits = config(CommandLimits.class, all);
    var config = config(JobsConfig.class, all);
    var audit = bean(AuditLog.class, config(named("audit.AuditConfig"), all), clock);
    var lookup = new TargetLookup(neighbours, config);
    var meters = new JobMeters(new SimpleMeterRegistry());
    jobs = new Jobs(database, lookup, audit, config, limits, clock);
    actions = new JobActions(database, audit, config, clock);
    reader = new JobReader(database, clock);
    remains = new JobRemains(database, config, clock);
    worker =
        new JobWorker(
            database,
            lookup,
            new JobTurns(database, queues, config, limits, meters, clock),
            remains,
            meters,
            config,
            clock);
    registryLog =
        (SharedEffects.Reader)
            bean(named("inbox.RegistryLog"), queues, new ContinuousJobs(config, clock), clock);
  }

  UUID make(TenantId tenant, String json) {
    return make(tenant, json, Optional.empty());
  }

  UUID make(TenantId tenant, String json, Optional<IdempotencyKey> key) {
    return get(jobs.make(tenant, body(json), key, AUTHOR, Map.of()));
  }

  static JobBody body(String json) {
    try {
      return ContractJson.mapper().readValue(json.replace('\'', '"'), JobBody.class);
    } catch (IOException notJson) {
      throw new AssertionError(notJson);
    }
  }

  JobView read(TenantId tenant, UUID job) {
    return get(reader.read(tenant, job));
  }

  Map<String, Long> counts(TenantId tenant, UUID job) {
    return read(tenant, job).counts();
  }

  List<JobTargetView> devices(TenantId tenant, UUID job) {
    return get(reader.devices(tenant, job, null, Cursor.read(null), 1_000)).items();
  }

  /** Works on jobs until none is due now. */
  void work() {
    while (get(worker.workOnOne())) {
      // Each turn puts its job off, or ends it.
    }
  }

  /** Works on jobs and looks after queues until there is nothing to do now. */
  void run() {
    work();
    while (dispatch() > 0) {
      // Each looks at some.
    }
  }

  private int dispatch() {
    try {
      var look = Queues.class.getDeclaredMethod("lookAtDue", int.class);
      look.setAccessible(true);
      return (Integer) get((Uni<?>) look.invoke(queues, 1_000));
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new AssertionError(e);
    }
  }

  /** The device is connected from now on. */
  void connect(DeviceAddress device) {
    var values =
        Tuple.of(device.tenant() + ":" + device.device(), device.tenant().value())
            .addString(device.device().value());
    get(
        pool.preparedQuery(
                "INSERT INTO connection (client_identifier, tenant, device, epoch, alive,"
                    + " changed_at) VALUES ($1, $2, $3, 1, true, now())")
            .execute(values));
    get(
        pool.preparedQuery(
                "UPDATE device_queue SET look_at = '2000-01-01' WHERE tenant = $1 AND device = $2")
            .execute(Tuple.of(device.tenant().value(), device.device().value())));
  }

  /** Each of the devices answers what it was sent. */
  void answer(int status, DeviceAddress... devices) {
    var all = Set.of(devices);
    get(
        database.inTransaction(
            db ->
                queues
                    .begin(db, all)
                    .invoke(open -> all.forEach(device -> answer(open, device, status)))
                    .flatMap(QueueTransaction::write)));
  }

  private void answer(QueueTransaction open, DeviceAddress device, int status) {
    for (var command : open.open(device)) {
      var answer = new Answer(status, null, new byte[0], clock.instant());
      open.apply(device, command.id(), new Happening.Answered(answer));
    }
  }

  /** What a device has that has not ended. */
  List<Command> open(DeviceAddress device) {
    List<Command> found = new ArrayList<>();
    get(
        database.inTransaction(
            db -> queues.begin(db, Set.of(device)).invoke(it -> found.addAll(it.open(device)))));
    return found;
  }

  /** Takes events of the registry: the next ones of its log. */
  void registryTells(String... topics) {
    get(database.inTransaction(db -> take(db, topics)));
  }

  /** What the registry told for a while is lost. */
  void registrysWordIsLost() {
    get(database.inTransaction(registryLog::startOver));
  }

  private Uni<Void> take(SqlConnection db, String... topics) {
    return db.query(
            "INSERT INTO followed_log (log, position) VALUES ('registry', 1) ON CONFLICT (log)"
                + " DO UPDATE SET position = followed_log.position + 1 RETURNING position")
        .execute()
        .map(rows -> events(rows.iterator().next().getLong(0), topics))
        .flatMap(events -> registryLog.apply(db, events));
  }

  private List<OutboxEvent> events(long sequence, String... topics) {
    List<OutboxEvent> events = new ArrayList<>();
    for (var topic : topics) {
      events.add(
          new OutboxEvent(
              sequence, UUID.randomUUID(), topic, 1, null, Map.of(), new byte[0], clock.instant()));
    }
    events.removeIf(event -> !registryLog.wants(event));
    return events;
  }

  /** Its commands, each once. */
  Set<UUID> commands(TenantId tenant, UUID job) {
    Set<UUID> commands = new HashSet<>();
    devices(tenant, job).forEach(it -> commands.add(it.command()));
    commands.remove(null);
    return commands;
  }

  static <T> T get(Uni<T> answer) {
    return answer.await().atMost(PATIENCE);
  }

  /** It makes no sense as things are. */
  static void assertConflict(Runnable attempt) {
    var refused = assertThrows(RefusedException.class, attempt::run).refusal();
    assertInstanceOf(Refusal.Conflict.class, refused);
  }

  private static String token() {
    try {
      var file = java.nio.file.Files.createTempFile("service", ".token");
      file.toFile().deleteOnExit();
      return java.nio.file.Files.writeString(file, "token").toString();
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
