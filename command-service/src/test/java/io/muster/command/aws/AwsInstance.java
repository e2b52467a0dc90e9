package io.muster.command.aws;

import static io.muster.command.HandWired.bean;
import static io.muster.command.HandWired.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.command.CommandDatabase;
import io.muster.command.HandWired;
import io.muster.command.database.Database;
import io.muster.command.life.Happening;
import io.muster.command.queue.QueueTransaction;
import io.muster.command.queue.Queues;
import io.muster.command.trace.CommandTraces;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.SharedEffects;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.lang.reflect.InvocationTargetException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What one instance of the service does about devices that fetch their jobs, step by step as a test
 * says: no timers, no container, a clock of the test's. Jobs are rows that the test makes.
 */
final class AwsInstance implements AutoCloseable {
  /** What a job's payload is, unless a test says otherwise. */
  static final String DOCUMENT = "{ \"operation\" : \"reboot\", \"n\" : 1.50 }";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String JOB =
      """
      INSERT INTO job (id, tenant, created_at, created_by, name, content_type, payload, one_way,
                       qos, time_to_live_ms, response_timeout_ms, retries, min_backoff_ms,
                       max_backoff_ms, plan, state, since, steps, released_at, pace, pace_at,
                       request_sha256)
      VALUES ($1, $2, $3, 'pat', 'reboot', 'application/json', $4, $5, 1, 3600000, 60000, 0, 1000,
              60000, '{}', 'running', $3, '[]', $3, 0, $3, '\\x00')\
      """;
  private static final String COMMAND =
      """
      INSERT INTO command (id, queue_key, tenant, job_key, name, content_type, created_at,
                           created_by, one_way, qos, expires_at, response_timeout_ms, retries,
                           min_backoff_ms, max_backoff_ms, state, since, next_attempt_at, steps)
      SELECT $1::uuid, q.key, j.tenant, j.key, j.name, j.content_type, $5::timestamptz, 'pat', j.one_way, j.qos,
             $5::timestamptz + interval '1 hour', j.response_timeout_ms, 0, 1000, 60000, 'queued',
             $5::timestamptz, $5::timestamptz, '[]'
        FROM job AS j, device_queue AS q
       WHERE j.id = $2 AND q.tenant = $3 AND q.device = $4\
      """;
  private static final String QUEUE =
      """
      INSERT INTO device_queue (tenant, device, known) VALUES ($1, $2, true)
      ON CONFLICT (tenant, device) DO UPDATE SET known = true\
      """;
  private static final String COUNT =
      """
      UPDATE device_queue SET open_commands = open_commands + 1, look_at = $3
       WHERE tenant = $1 AND device = $2\
      """;

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Pool pool;
  private final Database database;
  private final Queues queues;
  private final Notices notices;
  private final SharedEffects.Reader log;
  private final Clock clock;

  AwsInstance(CommandDatabase tables, Map<String, String> settings, Clock clock) {
    this(tables, settings, clock, TracerProvider.noop().get("test"));
  }

  AwsInstance(CommandDatabase tables, Map<String, String> settings, Clock clock, Tracer tracer) {
    this.clock = clock;
    pool = tables.newPool(6);
    var all = new HashMap<>(settings);
    all.put("muster.command.database.transaction-timeout", "60s");
    database = bean(Database.class, pool, config(named("database.PoolConfig"), all));
    queues = bean(Queues.class, database, clock, HandWired.event(written -> {}));
    var config = config(AwsConfig.class, all);
    var jobs = new AwsJobs(queues, config, clock, meters);
    notices = new Notices(database, queues, config, clock, meters);
    var traces = bean(CommandTraces.class, tracer);
    log =
        (SharedEffects.Reader) bean(named("inbox.IngestLog"), queues, jobs, clock, traces, meters);
  }

  /** A message to a device. */
  record Said(String topic, JsonNode body) {
    String at(String pointer) {
      return body.at(pointer).asText();
    }
  }

  /** Takes a page of ingest's log. */
  void take(OutboxEvent... page) {
    var wanted = List.of(page).stream().filter(log::wants).toList();
    get(database.inTransaction(db -> log.apply(db, wanted)));
  }

  /** As after each page that was taken. */
  void committed() {
    try {
      var committed = log.getClass().getDeclaredMethod("committed");
      committed.setAccessible(true);
      committed.invoke(log);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new AssertionError(e);
    }
  }

  /** Tells devices until nobody is due. */
  void tell() {
    while (get(notices.tellDue(1_000)) > 0) {
      // Each looks at some.
    }
  }

  /** Looks after queues until there is nothing to do now. */
  void dispatch() {
    try {
      var look = Queues.class.getDeclaredMethod("lookAtDue", int.class);
      look.setAccessible(true);
      while ((Integer) get((Uni<?>) look.invoke(queues, 1_000)) > 0) {
        // Each looks at some.
      }
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new AssertionError(e);
    }
  }

  /** What is due at all: as the service does it in a moment. */
  void settle() {
    dispatch();
    tell();
  }

  /** One with {@link #DOCUMENT}. */
  UUID job(String tenant) {
    return job(tenant, DOCUMENT, false);
  }

  UUID job(String tenant, String payload, boolean oneWay) {
    var id = UUID.randomUUID();
    run(JOB, Tuple.of(id, tenant, now()).addValue(Buffer.buffer(payload)).addBoolean(oneWay));
    return id;
  }

  /** The job's command for a device, as a job's turn makes it. */
  UUID release(UUID job, DeviceAddress device) {
    var id = UUID.randomUUID();
    var tenant = device.tenant().value();
    var name = device.device().value();
    run(QUEUE, Tuple.of(tenant, name));
    run(COMMAND, Tuple.of(id, job, tenant, name, now()));
    run(COUNT, Tuple.of(tenant, name, now()));
    return id;
  }

  /** Calls a command off, or says that its device is gone. */
  void cancel(DeviceAddress device, UUID command, String reason) {
    get(
        database.inTransaction(
            db ->
                queues
                    .begin(db, List.of(device))
                    .invoke(
                        open ->
                            open.apply(
                                device, command, new Happening.Cancelled(reason, clock.instant())))
                    .flatMap(QueueTransaction::write)));
  }

  /** All that was said over AWS IoT's topics after so many, in order. */
  List<Said> said(int after) {
    List<Said> said = new ArrayList<>();
    for (var row : rows("SELECT topic, payload FROM outbox ORDER BY place")) {
      if (row.getString("topic").startsWith("aws/")) {
        var text = row.getBuffer("payload").toString();
        said.add(new Said(row.getString("topic"), JobsJson.read(text).orElseThrow()));
      }
    }
    return said.subList(after, said.size());
  }

  /** The topic names under which commands were sent. */
  List<String> sent() {
    List<String> sent = new ArrayList<>();
    for (var row : rows("SELECT topic FROM outbox ORDER BY place")) {
      if (row.getString("topic").startsWith("command/")) {
        sent.add(row.getString("topic"));
      }
    }
    return sent;
  }

  Row command(UUID id) {
    return get(pool.preparedQuery("SELECT * FROM command WHERE id = $1").execute(Tuple.of(id)))
        .iterator()
        .next();
  }

  String state(UUID command) {
    return command(command).getString("state");
  }

  double requests(String operation, String outcome) {
    return meters
        .counter("muster.command.aws.requests", "operation", operation, "outcome", outcome)
        .count();
  }

  private Iterable<Row> rows(String sql) {
    return get(pool.query(sql).execute());
  }

  private void run(String sql, Tuple values) {
    get(pool.preparedQuery(sql).execute(values));
  }

  private OffsetDateTime now() {
    return clock.instant().atOffset(ZoneOffset.UTC);
  }

  private static <T> T get(Uni<T> answer) {
    return answer.await().atMost(PATIENCE);
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
  }
}
