package io.muster.command.queue;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which devices the registry's log said are deleted, lately. Somebody who asks the registry for a
 * device and writes down that there is one may have been overtaken by that word meanwhile, which
 * comes once only. By the places in the log, so no clock has to be right. Stateless.
 */
public final class Deletions {
  /** Much longer than anybody takes from a question to the writing down of its answer. */
  private static final Duration KEPT_FOR = Duration.ofHours(1);

  /** As many as a page of the log can bring. */
  private static final int FORGOTTEN_AT_ONCE = 1_000;

  private static final String PLACE =
      "SELECT coalesce(max(position), 0) FROM followed_log WHERE log = 'registry'";
  private static final String NOTE =
      """
      INSERT INTO deleted_device AS d (tenant, device, sequence, noted_at)
      SELECT tenant, device, sequence, $4::timestamptz
        FROM unnest($1::text[], $2::text[], $3::bigint[]) AS gone (tenant, device, sequence)
      ON CONFLICT (tenant, device) DO UPDATE
        SET sequence = greatest(d.sequence, excluded.sequence), noted_at = excluded.noted_at\
      """;
  private static final String FORGET =
      """
      WITH old AS MATERIALIZED (
        SELECT tenant, device FROM deleted_device WHERE noted_at < $1
         ORDER BY noted_at LIMIT $2 FOR UPDATE SKIP LOCKED)
      DELETE FROM deleted_device AS d USING old
       WHERE d.tenant = old.tenant AND d.device = old.device\
      """;
  private static final String SINCE =
      """
      SELECT d.tenant, d.device
        FROM unnest($1::text[], $2::text[]) AS wanted (tenant, device)
        JOIN deleted_device AS d ON d.tenant = wanted.tenant AND d.device = wanted.device
       WHERE d.sequence > $3\
      """;

  private Deletions() {}

  /** How far the registry's log has been taken; read before the registry is asked. */
  public static Uni<Long> place(SqlConnection db) {
    return db.query(PLACE).execute().map(rows -> rows.iterator().next().getLong(0));
  }

  /**
   * Notes them, by their events' places in the log. Its caller keeps their {@link Arrivals} apart.
   */
  public static Uni<Void> note(SqlConnection db, Map<DeviceAddress, Long> gone, Instant now) {
    var devices = List.copyOf(gone.keySet());
    var places = devices.stream().map(gone::get).toArray(Long[]::new);
    var at = now.atOffset(ZoneOffset.UTC);
    return db.preparedQuery(NOTE)
        .execute(Tuple.of(tenants(devices), names(devices), places, at))
        .flatMap(
            done ->
                db.preparedQuery(FORGET).execute(Tuple.of(at.minus(KEPT_FOR), FORGOTTEN_AT_ONCE)))
        .replaceWithVoid();
  }

  /**
   * Those of the devices of which an answer says no more that they are there. Its caller keeps
   * their {@link Arrivals} apart.
   *
   * @param place that the log had before the question
   */
  public static Uni<Set<DeviceAddress>> since(
      SqlConnection db, long place, Collection<DeviceAddress> devices) {
    return db.preparedQuery(SINCE)
        .execute(Tuple.of(tenants(devices), names(devices), place))
        .map(
            rows -> {
              Set<DeviceAddress> gone = new HashSet<>();
              rows.forEach(row -> gone.add(DeviceAddress.of(row.getString(0), row.getString(1))));
              return gone;
            });
  }

  /** The places are those of another log from now on. */
  public static Uni<Void> forgetAll(SqlConnection db) {
    return db.query("DELETE FROM deleted_device").execute().replaceWithVoid();
  }

  private static String[] tenants(Collection<DeviceAddress> devices) {
    return devices.stream().map(it -> it.tenant().value()).toArray(String[]::new);
  }

  private static String[] names(Collection<DeviceAddress> devices) {
    return devices.stream().map(it -> it.device().value()).toArray(String[]::new);
  }
}
