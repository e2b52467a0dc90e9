package io.muster.command.commands;

import io.muster.command.database.Pipeline;
import io.muster.command.life.State;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;

/** How commands come into the table {@code command}. Thread-safe. */
@ApplicationScoped
class NewCommands {
  private static final String LOCK =
      "SELECT open_commands FROM device_queue WHERE key = $1 AND known FOR UPDATE";
  private static final String INSERT =
      """
      INSERT INTO command (id, queue_key, tenant, name, content_type, payload, traceparent,
                           tracestate, created_at, created_by, one_way, qos, expires_at,
                           response_timeout_ms, retries, min_backoff_ms, max_backoff_ms, state,
                           since, next_attempt_at, steps)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $9,
              $9, $19)\
      """;
  private static final String COUNT =
      "UPDATE device_queue SET open_commands = open_commands + 1 WHERE key = $1";
  private static final String EXISTS =
      """
      SELECT 1 FROM command AS c JOIN device_queue AS q ON q.key = c.queue_key
       WHERE c.id = $1 AND q.tenant = $2 AND q.device = $3\
      """;

  private final TenantUse tenants;
  private final CommandLimits limits;
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

  NewCommands(TenantUse tenants, CommandLimits limits, Clock clock) {
    this.tenants = tenants;
    this.limits = limits;
    this.clock = clock;
  }

  /** Locks a queue; the number of its open commands. Fails with 404 when its device was deleted. */
  Uni<Integer> lock(SqlConnection db, long queue) {
    return db.preparedQuery(LOCK)
        .execute(Tuple.of(queue))
        .map(
            rows -> {
              if (rows.size() == 0) {
                throw KnownDevices.absent();
              }
              return rows.iterator().next().getInteger(0);
            });
  }

  /** Fails with 429 when device or tenant have as many open commands as they may. */
  Uni<Void> checkRoom(SqlConnection db, TenantId tenant, int openOfDevice) {
    if (openOfDevice >= limits.openPerDevice()) {
      return Uni.createFrom()
          .failure(
              new Refusal.LimitReached("open commands of the device", limits.openPerDevice())
                  .asException());
    }
    return tenants.checkRoom(db, tenant);
  }

  /** A new command, as of now. */
  Row row(
      long queue,
      DeviceAddress device,
      UUID id,
      NewCommand command,
      Author author,
      Map<String, String> trace) {
    return new Row(queue, device, id, command, author, trace, clock.instant());
  }

  Uni<Void> insert(SqlConnection db, Row row) {
    var now = row.createdAt();
    var command = row.command();
    var terms = command.terms();
    var queued = State.QUEUED.label();
    var values =
        Tuple.of(row.id(), row.queue(), row.device().tenant().value(), command.name())
            .addValue(command.contentType())
            .addValue(Buffer.buffer(command.payload()))
            .addValue(row.trace().get("traceparent"))
            .addValue(row.trace().get("tracestate"))
            .addValue(now.atOffset(ZoneOffset.UTC))
            .addString(row.author().subject())
            .addBoolean(terms.oneWay())
            .addShort((short) terms.qos())
            .addValue(terms.expiresAt().atOffset(ZoneOffset.UTC))
            .addLong(terms.responseTimeout().toMillis())
            .addInteger(terms.retries())
            .addLong(terms.minBackoff().toMillis())
            .addLong(terms.maxBackoff().toMillis())
            .addString(queued)
            .addValue(
                new JsonArray().add(new JsonArray().add(queued).addNull().add(now.toString())));
    return Pipeline.of(
        db.preparedQuery(INSERT).execute(values),
        db.preparedQuery(COUNT).execute(Tuple.of(row.queue())));
  }

  /** Whether the device has or had such a command. */
  Uni<Boolean> exists(SqlConnection db, DeviceAddress device, UUID id) {
    return db.preparedQuery(EXISTS)
        .execute(Tuple.of(id, device.tenant().value(), device.device().value()))
        .map(rows -> rows.size() > 0);
  }
}
