package io.muster.ingest.sessions;

import io.muster.contract.id.ClientIdentifier;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** The sessions' rows: ending many, keeping subscriptions. Stateless. */
final class SessionTable {
  /**
   * A goodbye also takes back a will that a takeover made due, unless it is being published. What
   * others may change meanwhile is not looked up by a join, in which PostgreSQL would leave it out:
   * rows are found by {@code ANY}, and compared by their epoch, which is no other client's. A will
   * that somebody else makes due meanwhile is to be left.
   */
  private static final String END =
      """
      WITH ended AS (
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[])
          AS e (client_identifier, epoch, expiry_seconds, publishes_will)
      ), kept AS (
        UPDATE mqtt_session s SET replica_key = NULL, connection_id = NULL,
          expiry_seconds = e.expiry_seconds,
          expires_at = now() + e.expiry_seconds * interval '1 second'
        FROM ended e
        WHERE s.client_identifier = ANY ($1) AND s.epoch = e.epoch
          AND e.expiry_seconds > 0
      ), gone AS (
        DELETE FROM mqtt_session s USING ended e
        WHERE s.client_identifier = ANY ($1) AND s.epoch = e.epoch
          AND e.expiry_seconds = 0
      ), due AS (
        UPDATE mqtt_will w SET due_at =
          now() + least(w.delay_seconds, e.expiry_seconds) * interval '1 second'
        FROM ended e WHERE w.epoch = e.epoch AND e.publishes_will AND w.due_at IS NULL
      )
      DELETE FROM mqtt_will
      WHERE epoch = ANY (ARRAY(SELECT e.epoch FROM ended e WHERE NOT e.publishes_will))
        AND claimed_by IS NULL
      """;

  /** A connection of the replica is one client's. */
  private static final String UNACCEPTED =
      """
      SELECT client_identifier, epoch, expiry_seconds FROM mqtt_session
      WHERE replica_key = $1 AND client_identifier = ANY ($2) AND connection_id = ANY ($3)
      ORDER BY client_identifier FOR UPDATE
      """;

  private static final String SUBSCRIPTIONS =
      "UPDATE mqtt_session SET subscriptions = $3 WHERE session_key = $1 AND epoch = $2";

  private SessionTable() {}

  /**
   * A connection that was not accepted, and perhaps has taken its session all the same.
   *
   * @param replicaKey under which it would have
   */
  record Unaccepted(int replicaKey, ClientIdentifier client, long connectionId) {}

  /** Ends sessions whose epoch is still the one given. */
  static Uni<Void> end(SqlClient db, List<SessionEnd> ends) {
    var clients = ends.stream().map(end -> end.client().value()).toArray(String[]::new);
    var epochs = ends.stream().map(SessionEnd::epoch).toArray(Long[]::new);
    var expiries = ends.stream().map(SessionEnd::expirySeconds).toArray(Long[]::new);
    var wills = ends.stream().map(SessionEnd::publishesWill).toArray(Boolean[]::new);
    return db.preparedQuery(END)
        .execute(
            Tuple.tuple()
                .addArrayOfString(clients)
                .addArrayOfLong(epochs)
                .addArrayOfLong(expiries)
                .addArrayOfBoolean(wills))
        .replaceWithVoid();
  }

  /** Ends what connections took without hearing of it, in a transaction; their wills never were. */
  static Uni<Void> endUnaccepted(SqlClient db, List<Unaccepted> unaccepted) {
    var replicas = unaccepted.stream().map(Unaccepted::replicaKey).distinct().toList();
    Uni<Void> all = Uni.createFrom().voidItem();
    for (var replica : replicas) {
      var some = unaccepted.stream().filter(it -> it.replicaKey == replica).toList();
      all = all.chain(() -> endUnaccepted(db, replica, some));
    }
    return all;
  }

  private static Uni<Void> endUnaccepted(SqlClient db, int replica, List<Unaccepted> some) {
    var clients = some.stream().map(it -> it.client.value()).toArray(String[]::new);
    var connections = some.stream().map(Unaccepted::connectionId).toArray(Long[]::new);
    return db.preparedQuery(UNACCEPTED)
        .execute(
            Tuple.tuple().addInteger(replica).addArrayOfString(clients).addArrayOfLong(connections))
        .chain(
            rows -> {
              List<SessionEnd> ends = new ArrayList<>();
              rows.forEach(row -> ends.add(unpublished(row)));
              return ends.isEmpty() ? Uni.createFrom().voidItem() : end(db, ends);
            });
  }

  /** The end of a session whose will is forgotten: client identifier, epoch, expiry. */
  static SessionEnd unpublished(Row row) {
    return new SessionEnd(Clients.parse(row.getString(0)), row.getLong(1), row.getLong(2), false);
  }

  static Uni<Void> storeSubscriptions(
      SqlClient db, long sessionKey, long epoch, List<StoredSubscription> subscriptions) {
    var array = new JsonArray();
    subscriptions.forEach(
        it ->
            array.add(
                new JsonObject()
                    .put("filter", it.filter())
                    .put("qos", it.qos())
                    .put("identifier", it.identifier())));
    return db.preparedQuery(SUBSCRIPTIONS)
        .execute(Tuple.of(sessionKey, epoch, array))
        .replaceWithVoid();
  }
}
