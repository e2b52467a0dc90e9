package io.muster.command.aws;

import io.muster.command.aws.PendingJobs.Item;
import io.muster.command.life.State;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The table {@code aws_execution}, and the jobs' commands that the executions are. Stateless. */
final class ExecutionTable {
  private static final String COLUMNS =
      """
      SELECT q.key AS queue_key, q.tenant, q.device, c.key, c.id, j.id AS job, c.created_at,
             c.state, c.reason, c.delivered, c.respond_by, c.finished_at IS NOT NULL AS finished,
             x.version, x.status_details, x.started_at, x.updated_at, x.step_until,
             c.traceparent, c.tracestate,
             (SELECT count(*) FROM command AS e
               WHERE e.job_key = c.job_key AND e.queue_key = c.queue_key AND e.key <= c.key)
               AS number
      """;

  private static final String OPEN =
      COLUMNS
          + """
            FROM device_queue AS q
            JOIN command AS c ON c.queue_key = q.key AND c.finished_at IS NULL
            JOIN job AS j ON j.key = c.job_key
            LEFT JOIN aws_execution AS x ON x.command_key = c.key
           WHERE q.key = ANY ($1)\
          """;
  private static final String OPEN_OF_DEVICES =
      COLUMNS
          + """
            FROM unnest($1::text[], $2::text[]) AS asking (tenant, device)
            JOIN device_queue AS q ON q.tenant = asking.tenant AND q.device = asking.device
            JOIN command AS c ON c.queue_key = q.key AND c.finished_at IS NULL
            JOIN job AS j ON j.key = c.job_key
            LEFT JOIN aws_execution AS x ON x.command_key = c.key\
          """;

  // A device's last one of each job, whether it has ended or not.
  private static final String LAST =
      COLUMNS
          + """
            FROM unnest($1::text[], $2::text[], $3::uuid[]) AS asked (tenant, device, job)
            JOIN job AS j ON j.id = asked.job AND j.tenant = asked.tenant
            JOIN device_queue AS q ON q.tenant = asked.tenant AND q.device = asked.device
           CROSS JOIN LATERAL (
                 SELECT * FROM command AS d WHERE d.job_key = j.key AND d.queue_key = q.key
                  ORDER BY d.key DESC LIMIT 1) AS c
            LEFT JOIN aws_execution AS x ON x.command_key = c.key\
          """;

  private static final String WRITE =
      """
      INSERT INTO aws_execution AS x (command_key, version, status_details, started_at, updated_at,
                                      step_until)
      SELECT key, version, details::jsonb, started_at, updated_at, step_until
        FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[],
                    $6::timestamptz[])
          AS said (key, version, details, started_at, updated_at, step_until)
      ON CONFLICT (command_key) DO UPDATE
        SET version = excluded.version, status_details = excluded.status_details,
            started_at = excluded.started_at, updated_at = excluded.updated_at,
            step_until = excluded.step_until\
      """;

  private static final String DOCUMENTS =
      """
      SELECT c.key, c.name, c.content_type, coalesce(c.payload, j.payload) AS payload
        FROM command AS c JOIN job AS j ON j.key = c.job_key
       WHERE c.key = ANY ($1)\
      """;

  private ExecutionTable() {}

  /**
   * An execution as it is stored, and whose it is.
   *
   * @param respondBy until when the device has to say something next, or null
   * @param trace of what caused it
   */
  record Found(
      DeviceAddress device, long queueKey, Item item, Instant respondBy, UserProperties trace) {}

  /** Those that have not ended, of these queues. */
  static Uni<List<Found>> open(SqlConnection db, Collection<Long> queues) {
    return db.preparedQuery(OPEN)
        .execute(Tuple.of((Object) queues.toArray(Long[]::new)))
        .map(ExecutionTable::found);
  }

  /** Those that have not ended, of these devices. */
  static Uni<List<Found>> openOf(SqlConnection db, Collection<DeviceAddress> devices) {
    return db.preparedQuery(OPEN_OF_DEVICES)
        .execute(Tuple.of(tenants(devices), names(devices)))
        .map(ExecutionTable::found);
  }

  /** The last one of each of these jobs for the device in the same place. */
  static Uni<List<Found>> last(SqlConnection db, List<DeviceAddress> devices, List<UUID> jobs) {
    return devices.isEmpty()
        ? Uni.createFrom().item(List.of())
        : db.preparedQuery(LAST)
            .execute(Tuple.of(tenants(devices), names(devices), jobs.toArray(UUID[]::new)))
            .map(ExecutionTable::found);
  }

  static Uni<Void> write(SqlConnection db, Collection<Execution> executions) {
    if (executions.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return db.preparedQuery(WRITE)
        .execute(
            Tuple.of(
                executions.stream().map(Execution::commandKey).toArray(Long[]::new),
                executions.stream().map(Execution::version).toArray(Integer[]::new),
                executions.stream().map(ExecutionTable::details).toArray(String[]::new),
                times(executions.stream().map(Execution::startedAt).toList()),
                times(executions.stream().map(Execution::updatedAt).toList()),
                times(executions.stream().map(Execution::stepUntil).toList())))
        .replaceWithVoid();
  }

  /** The documents of these commands, by their keys. */
  static Uni<Map<Long, String>> documents(SqlConnection db, Collection<Long> commands) {
    if (commands.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    return db.preparedQuery(DOCUMENTS)
        .execute(Tuple.of((Object) commands.toArray(Long[]::new)))
        .map(
            rows -> {
              Map<Long, String> documents = new LinkedHashMap<>();
              rows.forEach(
                  row ->
                      documents.put(
                          row.getLong("key"),
                          JobDocument.of(
                              row.getString("name"),
                              row.getString("content_type"),
                              row.getBuffer("payload").getBytes())));
              return documents;
            });
  }

  private static List<Found> found(RowSet<Row> rows) {
    List<Found> found = new ArrayList<>(rows.size());
    for (var row : rows) {
      var status =
          ExecutionStatus.of(
              State.of(row.getString("state")),
              row.getString("reason"),
              row.getBoolean("finished"));
      found.add(
          new Found(
              DeviceAddress.of(row.getString("tenant"), row.getString("device")),
              row.getLong("queue_key"),
              new Item(execution(row), status, row.getBoolean("delivered")),
              instant(row, "respond_by"),
              trace(row)));
    }
    return found;
  }

  private static UserProperties trace(Row row) {
    var trace = UserProperties.builder();
    for (var name : List.of("traceparent", "tracestate")) {
      if (row.getString(name) != null) {
        trace.add(name, row.getString(name));
      }
    }
    return trace.build();
  }

  private static Execution execution(Row row) {
    var queued =
        Execution.queued(
            row.getLong("key"),
            row.getUUID("id"),
            row.getUUID("job"),
            row.getLong("number").intValue(),
            instant(row, "created_at"));
    return row.getInteger("version") == null
        ? queued
        : new Execution(
            queued.commandKey(),
            queued.command(),
            queued.job(),
            queued.number(),
            queued.queuedAt(),
            row.getInteger("version"),
            details((JsonObject) row.getValue("status_details")),
            instant(row, "started_at"),
            instant(row, "updated_at"),
            instant(row, "step_until"));
  }

  private static String details(Execution execution) {
    return new JsonObject(new LinkedHashMap<String, Object>(execution.details())).encode();
  }

  private static Map<String, String> details(JsonObject stored) {
    Map<String, String> details = new LinkedHashMap<>();
    stored.forEach(it -> details.put(it.getKey(), it.getValue().toString()));
    return details;
  }

  private static String[] tenants(Collection<DeviceAddress> devices) {
    return devices.stream().map(it -> it.tenant().value()).toArray(String[]::new);
  }

  private static String[] names(Collection<DeviceAddress> devices) {
    return devices.stream().map(it -> it.device().value()).toArray(String[]::new);
  }

  private static OffsetDateTime[] times(List<Instant> instants) {
    return instants.stream()
        .map(it -> it == null ? null : it.atOffset(ZoneOffset.UTC))
        .toArray(OffsetDateTime[]::new);
  }

  private static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }
}
