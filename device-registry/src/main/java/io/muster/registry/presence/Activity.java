package io.muster.registry.presence;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.ActivityReport;
import io.muster.contract.registry.ActivityReport.Heard;
import io.muster.outbox.EventIds;
import io.muster.registry.events.Changes;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Takes what replicas of the endpoint report. Of a device that is online only the time is noted, in
 * one statement for all; one that was not is changed like by any event. Thread-safe.
 */
@ApplicationScoped
class Activity {
  private static final int MAX_KEEP_ALIVE = 65_535;

  // By itself and by a set of keys: a statement that joins leaves out a row that it has waited for.
  private static final String LOCK_ONLINE =
      """
      SELECT p.device_key FROM presence p
       WHERE p.device_key = ANY(ARRAY(
               SELECT d.key
                 FROM unnest($1::text[], $2::text[]) AS v (tenant, device)
                 JOIN tenant t ON t.id = v.tenant
                 JOIN device d ON d.tenant_key = t.key AND d.id = v.device))
         AND p.status = 'online'
       ORDER BY p.device_key FOR UPDATE\
      """;

  /** Notes the times of those that are online, and locked; gives the others that there are. */
  private static final String HEARD =
      """
      WITH heard AS (
        SELECT d.key, v.tenant, v.device, v.at, v.keep_alive, v.connected
          FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[],
                      $7::boolean[])
            AS v (tenant, device, at, keep_alive, connected)
          JOIN tenant t ON t.id = v.tenant
          JOIN device d ON d.tenant_key = t.key AND d.id = v.device),
      noted AS (
        UPDATE presence p
           SET last_seen = h.at, keep_alive_seconds = h.keep_alive, heard_by = $5
          FROM heard h
         WHERE p.device_key = h.key AND p.device_key = ANY($6::int[])
           AND (p.last_seen IS NULL OR p.last_seen < h.at))
      SELECT h.tenant, h.device, h.at, h.keep_alive, h.connected FROM heard h
       WHERE h.key <> ALL($6::int[])\
      """;

  private final Pool pool;
  private final Changes changes;
  private final PresenceConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final PresenceMeters meters;

  Activity(Pool pool, Changes changes, PresenceConfig config, Clock clock, PresenceMeters meters) {
    this.pool = pool;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.meters = meters;
  }

  /**
   * Takes a report that was checked. Taken twice it does nothing the second time. Each step is a
   * transaction of its own, since the rows of one are locked in their order; that all is complete
   * is noted last.
   */
  Uni<Void> take(ActivityReport report) {
    var now = clock.instant();
    return ReplicaTable.reported(pool, report.bootId(), report.replica(), report.aliveBoots(), now)
        .chain(() -> note(report, now))
        .chain(absent -> appear(absent, now))
        .chain(() -> complete(report, now))
        .invoke(() -> meters.reported(report.heard().size()));
  }

  private Uni<List<PresenceStep>> note(ActivityReport report, Instant now) {
    if (report.heard().isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    return changes.inSqlTransaction(
        transaction -> note(transaction, report.bootId(), report.heard(), now));
  }

  private static Uni<List<PresenceStep>> note(
      SqlConnection transaction, UUID bootId, List<Heard> heard, Instant now) {
    var tenants = heard.stream().map(it -> it.device().tenant().value()).toArray(String[]::new);
    var devices = heard.stream().map(it -> it.device().device().value()).toArray(String[]::new);
    var values =
        Tuple.of(
            tenants,
            devices,
            heard.stream()
                .map(it -> PresenceTable.utc(sane(it.at(), now)))
                .toArray(OffsetDateTime[]::new),
            heard.stream()
                .map(it -> Math.clamp(it.keepAliveSeconds(), 0, MAX_KEEP_ALIVE))
                .toArray(Integer[]::new),
            bootId);
    return transaction
        .preparedQuery(LOCK_ONLINE)
        .execute(Tuple.of(tenants, devices))
        .map(PresenceSweep::keys)
        .map(
            online ->
                values
                    .addArrayOfInteger(online.toArray(Integer[]::new))
                    .addArrayOfBoolean(
                        heard.stream()
                            .map(it -> Boolean.TRUE.equals(it.connected()))
                            .toArray(Boolean[]::new)))
        .chain(all -> transaction.preparedQuery(HEARD).execute(all))
        .map(
            rows -> {
              List<PresenceStep> absent = new ArrayList<>();
              rows.forEach(
                  row ->
                      absent.add(
                          new PresenceStep.Heard(
                              DeviceAddress.of(row.getString("tenant"), row.getString("device")),
                              PresenceTable.instant(row, "at"),
                              bootId,
                              row.getInteger("keep_alive"),
                              row.getBoolean("connected"))));
              return absent;
            });
  }

  /** A clock that is ahead must not keep a device online for as long. */
  private static Instant sane(Instant told, Instant now) {
    return told.isAfter(now) ? now : told.isBefore(Instant.EPOCH) ? Instant.EPOCH : told;
  }

  private Uni<Void> appear(List<PresenceStep> absent, Instant now) {
    if (absent.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return changes
        .inSqlTransaction(
            transaction ->
                PresenceTransaction.of(transaction, absent)
                    .chain(presences -> presences.write(config.rules(), ids, now)))
        .invoke(meters::changed)
        .replaceWithVoid();
  }

  private Uni<Void> complete(ActivityReport report, Instant now) {
    return report.completeUntil() == null
        ? Uni.createFrom().voidItem()
        : ReplicaTable.complete(pool, report.bootId(), sane(report.completeUntil(), now));
  }
}
