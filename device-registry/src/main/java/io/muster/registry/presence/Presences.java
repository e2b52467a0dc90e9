package io.muster.registry.presence;

import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.outbox.EventIds;
import io.muster.registry.events.Changes;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Presence as people see it, and as brokers of others report it. Thread-safe. */
@ApplicationScoped
public class Presences {
  /** Before client identifiers at a broker of others; no tenant begins so, nor do they. */
  private static final String ELSEWHERE = "~";

  private static final String ONE =
      """
      SELECT d.key, p.status, p.since, p.reason, p.last_seen, p.keep_alive_seconds,
             y.heartbeat_seconds
        FROM device d
        JOIN tenant t ON t.key = d.tenant_key
        LEFT JOIN device_type y ON y.key = d.type_key
        LEFT JOIN presence p ON p.device_key = d.key
       WHERE t.id = $1 AND d.id = $2\
      """;
  private static final String CONNECTIONS =
      """
      SELECT client, began_at, replica FROM presence_connection
       WHERE device_key = $1 AND ended_at IS NULL ORDER BY client\
      """;
  private static final String HISTORY =
      """
      SELECT at, status, reason FROM presence_change
       WHERE device_key = $1 ORDER BY number DESC\
      """;

  private final Pool pool;
  private final Changes changes;
  private final PresenceConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final PresenceMeters meters;

  Presences(Pool pool, Changes changes, PresenceConfig config, Clock clock, PresenceMeters meters) {
    this.pool = pool;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.meters = meters;
  }

  /** How long a connection at a broker of others lasts of which nothing is told or heard. */
  public Duration lostElsewhereAfter() {
    return config.lostElsewhereAfter();
  }

  /** As it is shown with the device; of one that there is not, unknown. */
  public Uni<PresenceSummary> summary(DeviceAddress device) {
    return one(device)
        .map(
            rows -> {
              if (rows.size() == 0) {
                return PresenceSummary.NEVER_HEARD;
              }
              var row = rows.iterator().next();
              return PresenceSummary.of(
                  row.getString("status"),
                  PresenceTable.instant(row, "since"),
                  PresenceTable.instant(row, "last_seen"));
            });
  }

  /** Fails with 404 when there is no such device. */
  Uni<PresenceRepresentation> read(DeviceAddress device) {
    return one(device)
        .chain(
            rows -> {
              if (rows.size() == 0) {
                throw new Refusal.Absent("There is no device '%s'.".formatted(device.device()))
                    .asException();
              }
              var row = rows.iterator().next();
              var key = Tuple.of(row.getInteger("key"));
              return Uni.combine()
                  .all()
                  .unis(
                      pool.preparedQuery(CONNECTIONS).execute(key),
                      pool.preparedQuery(HISTORY).execute(key))
                  .with((connections, history) -> representation(row, connections, history));
            });
  }

  private Uni<RowSet<Row>> one(DeviceAddress device) {
    return pool.preparedQuery(ONE)
        .execute(Tuple.of(device.tenant().value(), device.device().value()));
  }

  private PresenceRepresentation representation(
      Row row, RowSet<Row> connections, RowSet<Row> history) {
    var summary =
        PresenceSummary.of(
            row.getString("status"),
            PresenceTable.instant(row, "since"),
            PresenceTable.instant(row, "last_seen"));
    var typed = row.getInteger("heartbeat_seconds");
    var heartbeat = typed == null ? config.heartbeat() : Duration.ofSeconds(typed);
    var keepAlive = row.getInteger("keep_alive_seconds");
    List<PresenceRepresentation.Connection> live = new ArrayList<>();
    connections.forEach(
        it ->
            live.add(
                new PresenceRepresentation.Connection(
                    named(it.getString("client")),
                    PresenceTable.instant(it, "began_at"),
                    it.getString("replica"))));
    List<PresenceRepresentation.Change> past = new ArrayList<>();
    history.forEach(
        it ->
            past.add(
                new PresenceRepresentation.Change(
                    PresenceTable.instant(it, "at"),
                    it.getString("status"),
                    it.getString("reason"))));
    return new PresenceRepresentation(
        summary.status(),
        summary.since(),
        row.getString("reason"),
        summary.lastSeen(),
        heartbeat.toSeconds(),
        config.rules().silence().limit(typed, keepAlive == null ? 0 : keepAlive).toSeconds(),
        live,
        past);
  }

  /**
   * A broker of others tells of a connection: perhaps late, twice, or in another order. It looks
   * after its connections itself, so their silence means nothing here for as long as it ends them
   * itself at the latest ({@link #lostElsewhereAfter}).
   *
   * @param connectedAt when the connection began, which tells it from others of the client; null:
   *     at the time of the report
   * @param node which of its nodes, or null
   * @return completes when it is stored
   */
  public Uni<Void> connected(
      ClientIdentifier client, Instant at, Instant connectedAt, String node) {
    return take(
        new PresenceStep.Connected(
            client.device(), elsewhere(client), epoch(connectedAt, at), node, null, past(at)));
  }

  /** The same of its end. */
  public Uni<Void> disconnected(
      ClientIdentifier client, Instant at, Instant connectedAt, String reason) {
    return take(
        new PresenceStep.Disconnected(
            client.device(), elsewhere(client), epoch(connectedAt, at), past(at), reason));
  }

  /**
   * The same client may connect to the endpoint as well, as a fleet does that moves from one to the
   * other. Their epochs cannot be compared, so its connections here have a name of their own.
   */
  private static String elsewhere(ClientIdentifier client) {
    return ELSEWHERE + client.value();
  }

  private static String named(String client) {
    return client.startsWith(ELSEWHERE) ? client.substring(ELSEWHERE.length()) : client;
  }

  /** Nothing has been heard in the future; its clock may be wrong. */
  private Instant past(Instant at) {
    var now = clock.instant();
    return at.isAfter(now) ? now : at;
  }

  private static long epoch(Instant connectedAt, Instant at) {
    return (connectedAt == null ? at : connectedAt).toEpochMilli();
  }

  private Uni<Void> take(PresenceStep step) {
    var now = clock.instant();
    return changes
        .inSqlTransaction(
            transaction ->
                PresenceTransaction.of(transaction, List.of(step))
                    .chain(presences -> presences.write(config.rules(), ids, now)))
        .invoke(meters::changed)
        .replaceWithVoid();
  }
}
