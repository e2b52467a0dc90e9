package io.muster.registry.configuration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.ShadowName;
import io.muster.registry.devices.DeviceConditions;
import io.muster.registry.search.SqlText;
import io.muster.registry.shadow.DesiredStates;
import io.muster.registry.shadow.DesiredStates.Change;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One step of applying configurations: one transaction that takes a configuration whose time has
 * come and changes a batch of its devices. The row is locked meanwhile and others pass it by, so of
 * several instances one works on a configuration. Thread-safe.
 */
@ApplicationScoped
class ConfigurationWork {
  private static final String CLAIM =
      Configuration.SELECT
          + " WHERE c.next_look_at <= $1 AND c.group_key <> ALL($2) ORDER BY c.next_look_at LIMIT 1"
          + " FOR UPDATE OF c SKIP LOCKED";
  private static final String KNOWN =
      " LEFT JOIN configured_device c ON c.device_key = x.key AND c.group_key = ";
  private static final String OLD =
      " LEFT JOIN group_configuration_revision r ON r.group_key = c.group_key"
          + " AND r.revision = c.revision AND c.refusal IS NULL";
  private static final String COLUMNS =
      "SELECT x.key, x.id, c.revision AS old_revision, r.shadow_name AS old_shadow, r.desired::text AS old";
  private static final String KEEP =
      """
      INSERT INTO configured_device (group_key, device_key, revision, refusal)
      SELECT $1, device_key, $2, refusal
        FROM unnest($3::int[], $4::text[]) AS v (device_key, refusal)
      ON CONFLICT (group_key, device_key)
      DO UPDATE SET revision = excluded.revision, refusal = excluded.refusal""";
  private static final String FORGET =
      "DELETE FROM configured_device WHERE group_key = $1 AND device_key = ANY($2)";
  // What one configuration takes back another one may have set as well.
  private static final String RESTORE =
      """
      UPDATE configured_device SET revision = -1
       WHERE group_key <> $1 AND device_key = ANY($2) AND refusal IS NULL""";
  private static final String NEXT =
      "UPDATE group_configuration SET next_look_at = $2 WHERE group_key = $1";
  private static final String TRIM =
      """
      DELETE FROM group_configuration_revision r
       WHERE r.group_key = $1 AND r.revision < $2
         AND NOT EXISTS (SELECT FROM configured_device c
                          WHERE c.group_key = r.group_key AND c.revision = r.revision)""";
  private static final String END =
      """
      DELETE FROM group_configuration g WHERE g.group_key = $1
         AND NOT EXISTS (SELECT FROM configured_device c WHERE c.group_key = g.group_key)""";

  /** In the place of a revision. */
  private static final Long TO_RESTORE = -1L;

  private final DeviceConditions conditions;
  private final DesiredStates states;
  private final ConfigurationConfig config;
  private final Clock clock;

  ConfigurationWork(
      DeviceConditions conditions, DesiredStates states, ConfigurationConfig config, Clock clock) {
    this.conditions = conditions;
    this.states = states;
    this.config = config;
    this.clock = clock;
  }

  /**
   * A device that is to get or to lose a configuration.
   *
   * @param old what it has of an earlier revision, or null
   * @param comes whether it belongs to the group
   * @param lostSome it has had all, and another configuration may have taken some of it back
   */
  private record Affected(
      int key, DeviceId id, ShadowName oldShadow, ObjectNode old, boolean comes, boolean lostSome) {
    static Affected of(Row row, boolean comes) {
      var oldShadow = row.getString("old_shadow");
      return new Affected(
          row.getInteger("key"),
          new DeviceId(row.getString("id")),
          oldShadow == null ? null : new ShadowName(oldShadow),
          DesiredStates.read(row.getString("old")),
          comes,
          Objects.equals(row.getLong("old_revision"), TO_RESTORE));
    }
  }

  /**
   * Does one step; false when there is nothing to do now. Fails with {@link StuckException} when
   * one configuration cannot be gone on with.
   *
   * @param without groups that are left alone
   */
  Uni<Boolean> step(SqlConnection connection, Collection<Integer> without) {
    var now = clock.instant();
    return connection
        .preparedQuery(CLAIM)
        .execute(Tuple.of(ConfigurationTable.utc(now), without.toArray(Integer[]::new)))
        .chain(
            rows ->
                rows.size() == 0
                    ? Uni.createFrom().item(false)
                    : step(connection, Configuration.of(rows.iterator().next()), now));
  }

  private Uni<Boolean> step(SqlConnection connection, Configuration configuration, Instant now) {
    return work(connection, configuration, now)
        .onFailure()
        .transform(cause -> new StuckException(configuration.groupKey(), cause))
        .replaceWith(true);
  }

  /** A configuration that cannot be gone on with now; others can. */
  static final class StuckException extends RuntimeException {
    private final int groupKey;

    StuckException(int groupKey, Throwable cause) {
      super(cause);
      this.groupKey = groupKey;
    }

    int groupKey() {
      return groupKey;
    }
  }

  private Uni<Void> work(SqlConnection connection, Configuration configuration, Instant now) {
    return affected(connection, configuration)
        .chain(
            affected ->
                apply(connection, configuration, affected)
                    .chain(
                        () ->
                            affected.size() < config.batch()
                                ? settle(connection, configuration, now)
                                : Uni.createFrom().voidItem()));
  }

  private Uni<List<Affected>> affected(SqlConnection connection, Configuration configuration) {
    return (configuration.withdrawn()
            ? Uni.createFrom().item(List.<Affected>of())
            : coming(connection, configuration))
        .chain(
            coming ->
                coming.size() == config.batch()
                    ? Uni.createFrom().item(coming)
                    : leaving(connection, configuration, config.batch() - coming.size())
                        .map(
                            leaving -> {
                              List<Affected> all = new ArrayList<>(coming);
                              all.addAll(leaving);
                              return all;
                            }));
  }

  /** Those of the group that do not have this revision. */
  private Uni<List<Affected>> coming(SqlConnection connection, Configuration configuration) {
    return members(configuration)
        .chain(
            members -> {
              var sql = members.add(") x").add(KNOWN).value(configuration.groupKey()).add(OLD);
              sql.add(" WHERE c.revision IS NULL OR c.revision < ").value(configuration.revision());
              sql.add(" ORDER BY x.key LIMIT ").value(config.batch());
              return run(connection, sql, true);
            });
  }

  private Uni<SqlText> members(Configuration configuration) {
    return conditions.select(
        configuration.tenant(), configuration.group(), COLUMNS + " FROM (SELECT d.key, d.id");
  }

  /** Those that have it and do not belong to the group any more, or all when it is withdrawn. */
  private Uni<List<Affected>> leaving(
      SqlConnection connection, Configuration configuration, int most) {
    if (configuration.withdrawn()) {
      return run(connection, limited(having(configuration, new SqlText()), most), false);
    }
    return conditions
        .select(
            configuration.tenant(),
            configuration.group(),
            "WITH member AS MATERIALIZED (SELECT d.key")
        .chain(
            sql -> {
              having(configuration, sql.add(") "));
              sql.add(" AND NOT EXISTS (SELECT FROM member m WHERE m.key = c.device_key)");
              return run(connection, limited(sql, most), false);
            });
  }

  private static SqlText having(Configuration configuration, SqlText sql) {
    return sql.add(COLUMNS)
        .add(" FROM configured_device c JOIN device x ON x.key = c.device_key")
        .add(OLD)
        .add(" WHERE c.group_key = ")
        .value(configuration.groupKey());
  }

  private static SqlText limited(SqlText sql, int most) {
    return sql.add(" ORDER BY x.key LIMIT ").value(most);
  }

  private static Uni<List<Affected>> run(SqlConnection connection, SqlText sql, boolean comes) {
    return connection
        .preparedQuery(sql.text())
        .execute(sql.values())
        .map(
            rows -> {
              List<Affected> found = new ArrayList<>(rows.size());
              rows.forEach(row -> found.add(Affected.of(row, comes)));
              return found;
            });
  }

  private Uni<Void> apply(
      SqlConnection connection, Configuration configuration, List<Affected> affected) {
    if (affected.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<Change> changes = new ArrayList<>();
    List<Affected> mayRefuse = new ArrayList<>();
    for (var device : affected) {
      changesOf(configuration, device, changes, mayRefuse);
    }
    return states
        .apply(connection, changes)
        .chain(refusals -> keep(connection, configuration, affected, mayRefuse, refusals));
  }

  /** One of the shadow, or two when the configuration has moved from one to another. */
  private static void changesOf(
      Configuration configuration, Affected device, List<Change> changes, List<Affected> whose) {
    var address = new DeviceAddress(configuration.tenant(), device.id());
    var moved =
        device.oldShadow() != null
            && (!device.comes() || !device.oldShadow().equals(configuration.shadow()));
    if (moved) {
      changes.add(
          new Change(
              address,
              device.key(),
              device.oldShadow(),
              false,
              present -> Withdrawal.patch(present, device.old(), null)));
      whose.add(null);
    }
    if (device.comes()) {
      var old = moved ? null : device.old();
      changes.add(
          new Change(
              address,
              device.key(),
              configuration.shadow(),
              true,
              present ->
                  device.lostSome()
                      ? Withdrawal.missing(present, configuration.desired())
                      : Withdrawal.patch(present, old, configuration.desired())));
      whose.add(device);
    }
  }

  private Uni<Void> keep(
      SqlConnection connection,
      Configuration configuration,
      List<Affected> affected,
      List<Affected> whose,
      List<Optional<String>> refusals) {
    List<Integer> came = new ArrayList<>();
    List<String> why = new ArrayList<>();
    for (int i = 0; i < whose.size(); i++) {
      if (whose.get(i) != null) {
        came.add(whose.get(i).key());
        why.add(refusals.get(i).orElse(null));
      }
    }
    Set<Integer> left = new HashSet<>();
    affected.stream().filter(it -> !it.comes()).forEach(it -> left.add(it.key()));
    Set<Integer> lost = new HashSet<>();
    affected.stream().filter(it -> it.old() != null).forEach(it -> lost.add(it.key()));
    return connection
        .preparedQuery(KEEP)
        .execute(
            Tuple.of(
                configuration.groupKey(),
                configuration.revision(),
                came.toArray(Integer[]::new),
                why.toArray(String[]::new)))
        .chain(
            () ->
                connection
                    .preparedQuery(FORGET)
                    .execute(Tuple.of(configuration.groupKey(), left.toArray(Integer[]::new))))
        .chain(
            () ->
                connection
                    .preparedQuery(RESTORE)
                    .execute(Tuple.of(configuration.groupKey(), lost.toArray(Integer[]::new))))
        .replaceWithVoid();
  }

  /** All have it: rest, and forget what nobody has any more. */
  private Uni<Void> settle(SqlConnection connection, Configuration configuration, Instant now) {
    var next = ConfigurationTable.utc(now.plus(config.lookAgainAfter()));
    var key = configuration.groupKey();
    return connection
        .preparedQuery(NEXT)
        .execute(Tuple.of(key, next))
        .chain(
            () -> connection.preparedQuery(TRIM).execute(Tuple.of(key, configuration.revision())))
        .chain(
            () ->
                configuration.withdrawn()
                    ? connection.preparedQuery(END).execute(Tuple.of(key)).replaceWithVoid()
                    : Uni.createFrom().voidItem());
  }
}
