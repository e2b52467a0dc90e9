package io.muster.command.commands;

import io.muster.command.database.Database;
import io.muster.command.database.PageBytes;
import io.muster.command.life.State;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;

/** Reads commands as callers see them. Thread-safe. */
@ApplicationScoped
class CommandReader {
  private static final String FROM =
      "SELECT "
          + CommandRows.COLUMNS
          + " FROM command AS c JOIN device_queue AS q ON q.key = c.queue_key"
          + " LEFT JOIN job AS j ON j.key = c.job_key WHERE c.tenant = $1 AND q.tenant = $1";

  /**
   * The command by its id and by nothing else: a plan that PostgreSQL keeps from a time when the
   * table was empty would otherwise go through all commands of the tenant.
   */
  private static final String ONE =
      "WITH c AS MATERIALIZED (SELECT * FROM command WHERE id = $3) SELECT "
          + CommandRows.COLUMNS
          + " FROM c JOIN device_queue AS q ON q.key = c.queue_key"
          + " LEFT JOIN job AS j ON j.key = c.job_key WHERE q.tenant = $1 AND q.device = $2";

  private final Database database;

  CommandReader(Database database) {
    this.database = database;
  }

  /**
   * What is asked for of a tenant's commands.
   *
   * @param device of one device
   * @param state in one state
   * @param name of one name
   */
  record Question(Optional<DeviceAddress> device, Optional<State> state, Optional<String> name) {}

  /** Fails with 404 when the device has no such command. */
  Uni<CommandView> read(DeviceAddress device, UUID id) {
    return find(device, id)
        .map(
            found ->
                found.orElseThrow(
                    () -> new Refusal.Absent("The device has no such command.").asException()));
  }

  Uni<Optional<CommandView>> find(DeviceAddress device, UUID id) {
    return database
        .use(
            db ->
                db.preparedQuery(ONE)
                    .execute(Tuple.of(device.tenant().value(), device.device().value(), id)))
        .map(
            rows -> {
              var found = rows.iterator();
              return found.hasNext()
                  ? Optional.of(CommandRows.view(found.next()))
                  : Optional.empty();
            });
  }

  /** The newest first. */
  Uni<Page<CommandView>> list(TenantId tenant, Question question, Cursor cursor, int limit) {
    var sql = new StringBuilder(FROM);
    var values = Tuple.of(tenant.value());
    question.device().ifPresent(it -> and(sql, values, "q.device = ", it.device().value()));
    question.state().ifPresent(it -> and(sql, values, "c.state = ", it.label()));
    question.name().ifPresent(it -> and(sql, values, "c.name = ", it));
    if (!cursor.after().isEmpty()) {
      values.addUUID(after(cursor));
      sql.append(" AND c.key < (SELECT key FROM command WHERE tenant = $1 AND id = $")
          .append(values.size())
          .append(')');
    }
    values.addInteger(limit + 1);
    sql.append(" ORDER BY c.key DESC LIMIT $").append(values.size());
    return database
        .use(db -> db.preparedQuery(PageBytes.bounded(sql)).execute(values))
        .map(
            rows ->
                PageBytes.page(
                    rows, limit, row -> row.getUUID("id").toString(), CommandRows::view));
  }

  private static void and(StringBuilder sql, Tuple values, String condition, String value) {
    values.addString(value);
    sql.append(" AND ").append(condition).append('$').append(values.size());
  }

  private static UUID after(Cursor cursor) {
    try {
      return UUID.fromString(cursor.after());
    } catch (IllegalArgumentException unknown) {
      throw Refusal.parameter("cursor", "is none that this list gave as next");
    }
  }
}
