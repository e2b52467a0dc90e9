package io.muster.command.commands;

import io.muster.command.database.Database;
import io.muster.command.database.PageBytes;
import io.muster.command.database.Together;
import io.muster.command.life.State;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  private static final String SOME =
      "SELECT q.tenant, "
          + CommandRows.COLUMNS
          + " FROM command AS c JOIN device_queue AS q ON q.key = c.queue_key"
          + " LEFT JOIN job AS j ON j.key = c.job_key WHERE c.id = ANY ($1)";

  /** Each with its payloads, which are tens of kilobytes at most. */
  private static final int MOST_AT_ONCE = 100;

  private final Database database;
  private final Together<UUID, Map<UUID, Found>> some;

  private record Found(DeviceAddress device, CommandView view) {}

  CommandReader(Database database) {
    this.database = database;
    this.some = new Together<>(MOST_AT_ONCE, this::some);
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
    return some.ask(id)
        .map(
            found ->
                Optional.ofNullable(found.get(id))
                    .filter(it -> it.device().equals(device))
                    .map(Found::view));
  }

  private Uni<Map<UUID, Found>> some(List<UUID> ids) {
    return database
        .use(db -> db.preparedQuery(SOME).execute(Tuple.of((Object) ids.toArray(UUID[]::new))))
        .map(
            rows -> {
              Map<UUID, Found> found = new HashMap<>();
              rows.forEach(
                  row ->
                      found.put(
                          row.getUUID("id"),
                          new Found(
                              DeviceAddress.of(row.getString("tenant"), row.getString("device")),
                              CommandRows.view(row))));
              return found;
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
