package io.muster.ingest.sessions;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** The sessions' rows: taking one, ending many, keeping subscriptions. Stateless. */
final class SessionTable {
  private static final String FORMER =
      """
      SELECT session_key, epoch, replica_key, connection_id, subscriptions,
             expiry_seconds > 0 AND (replica_key IS NOT NULL OR expires_at > now()) AS alive
      FROM mqtt_session WHERE client_identifier = $1 FOR UPDATE
      """;

  /** Does nothing when somebody else was quicker; then there is a former one to look at. */
  private static final String FIRST =
      """
      INSERT INTO mqtt_session (client_identifier, session_key, epoch, replica_key, connection_id,
        connected_at, expiry_seconds)
      VALUES ($1, nextval('mqtt_session_key'), nextval('mqtt_epoch'), $2, $3, now(), $4)
      ON CONFLICT (client_identifier) DO NOTHING
      RETURNING session_key, epoch
      """;

  private static final String NEXT =
      """
      UPDATE mqtt_session SET
        session_key = CASE WHEN $5 THEN session_key ELSE nextval('mqtt_session_key') END,
        epoch = nextval('mqtt_epoch'), replica_key = $2, connection_id = $3,
        connected_at = now(), expiry_seconds = $4, expires_at = NULL,
        subscriptions = CASE WHEN $5 THEN subscriptions ELSE '[]' END
      WHERE client_identifier = $1
      RETURNING session_key, epoch
      """;

  /**
   * MQTT 5 §3.1.3.2.2: a will that waits is cancelled by a connection that goes on with the
   * session; else it is due now. $1 epoch, $2 goes on, $3 session, $4 replica and $5 connection
   * that lose it.
   */
  private static final String SETTLE_FORMER =
      """
      WITH cancelled AS (
        DELETE FROM mqtt_will
        WHERE epoch = $1 AND $2 AND delay_seconds > 0 AND (due_at IS NULL OR due_at > now())
      ), due AS (
        UPDATE mqtt_will SET due_at = now()
        WHERE epoch = $1 AND NOT ($2 AND delay_seconds > 0) AND (due_at IS NULL OR due_at > now())
      ), forgotten AS (
        DELETE FROM exactly_once WHERE session_key = $3 AND NOT $2
      )
      INSERT INTO mqtt_takeover (replica_key, connection_id)
      SELECT $4::integer, $5::bigint WHERE $4::integer IS NOT NULL ON CONFLICT DO NOTHING
      """;

  private static final String LEAVE_WILL =
      """
      INSERT INTO mqtt_will (epoch, client_identifier, topic, payload, qos, retain, content_type,
        user_properties, delay_seconds)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """;

  static final String END =
      """
      WITH ended AS (
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::boolean[])
          AS e (client_identifier, epoch, expiry_seconds, publishes_will)
      ), kept AS (
        UPDATE mqtt_session s SET replica_key = NULL, connection_id = NULL,
          expiry_seconds = e.expiry_seconds,
          expires_at = now() + e.expiry_seconds * interval '1 second'
        FROM ended e
        WHERE s.client_identifier = e.client_identifier AND s.epoch = e.epoch
          AND e.expiry_seconds > 0
      ), gone AS (
        DELETE FROM mqtt_session s USING ended e
        WHERE s.client_identifier = e.client_identifier AND s.epoch = e.epoch
          AND e.expiry_seconds = 0
      ), due AS (
        UPDATE mqtt_will w SET due_at =
          now() + least(w.delay_seconds, e.expiry_seconds) * interval '1 second'
        FROM ended e WHERE w.epoch = e.epoch AND e.publishes_will AND w.due_at IS NULL
      )
      DELETE FROM mqtt_will w USING ended e
      WHERE w.epoch = e.epoch AND NOT e.publishes_will AND w.due_at IS NULL
      """;

  private static final String SUBSCRIPTIONS =
      "UPDATE mqtt_session SET subscriptions = $3 WHERE session_key = $1 AND epoch = $2";

  private SessionTable() {}

  /** What was there before a connection took the session. */
  private record Former(
      long sessionKey,
      long epoch,
      Integer replicaKey,
      Long connectionId,
      boolean alive,
      List<StoredSubscription> subscriptions) {}

  /** Takes a session, in one transaction. */
  static Uni<TakenSession> take(Pool pool, int replicaKey, SessionClaim claim) {
    return pool.withTransaction(connection -> take(connection, replicaKey, claim));
  }

  private static Uni<TakenSession> take(SqlConnection db, int replicaKey, SessionClaim claim) {
    return former(db, claim)
        .chain(
            former ->
                former == null ? first(db, replicaKey, claim) : next(db, replicaKey, claim, former))
        .call(taken -> leaveWill(db, claim, taken));
  }

  private static Uni<Former> former(SqlConnection db, SessionClaim claim) {
    return db.preparedQuery(FORMER)
        .execute(Tuple.of(claim.client().value()))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return null;
              }
              var row = rows.iterator().next();
              return new Former(
                  row.getLong(0),
                  row.getLong(1),
                  row.getInteger(2),
                  row.getLong(3),
                  row.getBoolean(5),
                  subscriptions(row.getJsonArray(4)));
            });
  }

  private static Uni<TakenSession> first(SqlConnection db, int replicaKey, SessionClaim claim) {
    return db.preparedQuery(FIRST)
        .execute(
            Tuple.of(
                claim.client().value(), replicaKey, claim.connectionId(), claim.expirySeconds()))
        .chain(
            rows ->
                rows.size() == 0
                    ? former(db, claim).chain(former -> next(db, replicaKey, claim, former))
                    : Uni.createFrom().item(taken(rows, false, List.of())));
  }

  private static Uni<TakenSession> next(
      SqlConnection db, int replicaKey, SessionClaim claim, Former former) {
    var goesOn = former.alive && !claim.cleanStart();
    var values =
        Tuple.tuple()
            .addString(claim.client().value())
            .addInteger(replicaKey)
            .addLong(claim.connectionId())
            .addLong(claim.expirySeconds())
            .addBoolean(goesOn);
    return db.preparedQuery(NEXT)
        .execute(values)
        .map(rows -> taken(rows, goesOn, goesOn ? former.subscriptions : List.of()))
        .call(() -> settle(db, replicaKey, former, goesOn));
  }

  private static Uni<?> settle(SqlConnection db, int replicaKey, Former former, boolean goesOn) {
    // This replica closes its own without being told.
    var elsewhere = former.replicaKey != null && former.replicaKey != replicaKey;
    return db.preparedQuery(SETTLE_FORMER)
        .execute(
            Tuple.tuple()
                .addLong(former.epoch)
                .addBoolean(goesOn)
                .addLong(former.sessionKey)
                .addInteger(elsewhere ? former.replicaKey : null)
                .addLong(elsewhere ? former.connectionId : null));
  }

  private static TakenSession taken(
      RowSet<Row> rows, boolean present, List<StoredSubscription> subscriptions) {
    var row = rows.iterator().next();
    return new TakenSession(row.getLong(0), row.getLong(1), present, subscriptions);
  }

  private static Uni<?> leaveWill(SqlConnection db, SessionClaim claim, TakenSession taken) {
    var will = claim.will();
    if (will == null) {
      return Uni.createFrom().voidItem();
    }
    var properties = new JsonObject();
    will.userProperties().forEach(properties::put);
    return db.preparedQuery(LEAVE_WILL)
        .execute(
            Tuple.tuple()
                .addLong(taken.epoch())
                .addString(claim.client().value())
                .addString(will.topic())
                .addBuffer(io.vertx.mutiny.core.buffer.Buffer.buffer(will.payload()))
                .addShort((short) will.qos())
                .addBoolean(will.retain())
                .addString(will.contentType())
                .addJsonObject(properties)
                .addLong(will.delaySeconds()));
  }

  /** Ends sessions whose epoch is still the one given. */
  static Uni<Void> end(io.vertx.mutiny.sqlclient.SqlClient db, List<SessionEnd> ends) {
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

  static Uni<Void> storeSubscriptions(
      Pool pool, long sessionKey, long epoch, List<StoredSubscription> subscriptions) {
    var array = new JsonArray();
    subscriptions.forEach(
        it ->
            array.add(
                new JsonObject()
                    .put("filter", it.filter())
                    .put("qos", it.qos())
                    .put("identifier", it.identifier())));
    return pool.preparedQuery(SUBSCRIPTIONS)
        .execute(Tuple.of(sessionKey, epoch, array))
        .replaceWithVoid();
  }

  private static List<StoredSubscription> subscriptions(JsonArray array) {
    List<StoredSubscription> subscriptions = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      var object = array.getJsonObject(i);
      subscriptions.add(
          new StoredSubscription(
              object.getString("filter"),
              object.getInteger("qos"),
              object.getInteger("identifier")));
    }
    return subscriptions;
  }
}
