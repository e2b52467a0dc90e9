package io.muster.command.commands;

import io.muster.command.database.Pipeline;
import io.muster.command.life.State;
import io.muster.command.life.Terms;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.audit.Author;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;

/** How commands come into the table {@code command}. Thread-safe. */
@ApplicationScoped
class NewCommands {
  private static final String LOCK =
      """
      SELECT key, open_commands FROM device_queue WHERE key = ANY ($1) AND known
       ORDER BY key FOR UPDATE\
      """;
  private static final String INSERT =
      """
      INSERT INTO command (id, queue_key, tenant, name, content_type, payload, traceparent,
                           tracestate, created_at, created_by, one_way, qos, expires_at,
                           response_timeout_ms, retries, min_backoff_ms, max_backoff_ms, state,
                           since, next_attempt_at, steps)
      SELECT id, queue_key, tenant, name, content_type, payload, traceparent, tracestate,
             $16::timestamptz, created_by, one_way, qos, expires_at, response_timeout_ms, retries,
             min_backoff_ms, max_backoff_ms, $17::text, $16::timestamptz, $16::timestamptz, $18::jsonb
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bytea[],
                    $7::text[], $8::text[], $9::text[], $10::boolean[], $11::smallint[],
                    $12::timestamptz[], $13::bigint[], $14::integer[], $15::bigint[],
                    $19::bigint[])
          WITH ORDINALITY
          AS n (id, queue_key, tenant, name, content_type, payload, traceparent, tracestate,
                created_by, one_way, qos, expires_at, response_timeout_ms, retries, min_backoff_ms,
                max_backoff_ms, place)
       ORDER BY place\
      """;
  private static final String COUNT =
      """
      UPDATE device_queue AS q SET open_commands = q.open_commands + n.commands
        FROM (SELECT key, count(*) AS commands FROM unnest($1::bigint[]) AS key GROUP BY key) AS n
       WHERE q.key = n.key\
      """;
  private static final String EXISTS =
      """
      SELECT 1 FROM command AS c JOIN device_queue AS q ON q.key = c.queue_key
       WHERE c.id = $1 AND q.tenant = $2 AND q.device = $3\
      """;

  private final Clock clock;

  /** What is known of a new command. */
  record Row(
      long queue,
      DeviceAddress device,
      UUID id,
      NewCommand command,
      Author author,
      Map<String, String> trace,
      Instant createdAt) {}

  NewCommands(Clock clock) {
    this.clock = clock;
  }

  /** Locks queues; how many open commands each has whose device was not deleted. */
  Uni<Map<Long, Integer>> lock(SqlConnection db, Collection<Long> queues) {
    return db.preparedQuery(LOCK)
        .execute(Tuple.of((Object) queues.stream().distinct().toArray(Long[]::new)))
        .map(
            rows -> {
              Map<Long, Integer> open = new HashMap<>();
              rows.forEach(row -> open.put(row.getLong(0), row.getInteger(1)));
              return open;
            });
  }

  Instant now() {
    return clock.instant();
  }

  /**
   * In their order, into queues that this transaction has locked; all as of the first one's time.
   */
  Uni<Void> insert(SqlConnection db, List<Row> rows) {
    var now = rows.getFirst().createdAt();
    var queued = State.QUEUED.label();
    var values =
        Tuple.of(
                column(rows, UUID[]::new, Row::id),
                column(rows, Long[]::new, Row::queue),
                column(rows, String[]::new, row -> row.device().tenant().value()),
                column(rows, String[]::new, row -> row.command().name()),
                column(rows, String[]::new, row -> row.command().contentType()),
                column(rows, Buffer[]::new, row -> Buffer.buffer(row.command().payload())))
            .addValue(column(rows, String[]::new, row -> row.trace().get("traceparent")))
            .addValue(column(rows, String[]::new, row -> row.trace().get("tracestate")))
            .addValue(column(rows, String[]::new, row -> row.author().subject()))
            .addValue(column(rows, Boolean[]::new, row -> terms(row).oneWay()))
            .addValue(column(rows, Short[]::new, row -> (short) terms(row).qos()))
            .addValue(
                column(
                    rows,
                    OffsetDateTime[]::new,
                    row -> terms(row).expiresAt().atOffset(ZoneOffset.UTC)))
            .addValue(column(rows, Long[]::new, row -> terms(row).responseTimeout().toMillis()))
            .addValue(column(rows, Integer[]::new, row -> terms(row).retries()))
            .addValue(column(rows, Long[]::new, row -> terms(row).minBackoff().toMillis()))
            .addValue(now.atOffset(ZoneOffset.UTC))
            .addString(queued)
            .addValue(
                new JsonArray().add(new JsonArray().add(queued).addNull().add(now.toString())))
            .addValue(column(rows, Long[]::new, row -> terms(row).maxBackoff().toMillis()));
    return Pipeline.of(
        db.preparedQuery(INSERT).execute(values),
        db.preparedQuery(COUNT).execute(Tuple.of((Object) column(rows, Long[]::new, Row::queue))));
  }

  private static Terms terms(Row row) {
    return row.command().terms();
  }

  private static <T> T[] column(List<Row> rows, IntFunction<T[]> array, Function<Row, T> value) {
    return rows.stream().map(value).toArray(array);
  }

  /** Whether the device has or had such a command. */
  Uni<Boolean> exists(SqlConnection db, DeviceAddress device, UUID id) {
    return db.preparedQuery(EXISTS)
        .execute(Tuple.of(id, device.tenant().value(), device.device().value()))
        .map(rows -> rows.size() > 0);
  }
}
