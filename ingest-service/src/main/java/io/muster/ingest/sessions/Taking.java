package io.muster.ingest.sessions;

import io.muster.outbox.TimedPool;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** One connection's taking of its client's session, in one transaction. Used once. */
final class Taking {
  /** How often the row may come and go under our eyes. */
  private static final int MAX_LOOKS = 5;

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
      SELECT $1, nextval('mqtt_session_key'), next_mqtt_epoch(), r.key, $3, now(), $4
      FROM endpoint_replica r WHERE r.key = $2 AND NOT r.condemned
      ON CONFLICT (client_identifier) DO NOTHING
      RETURNING session_key, epoch
      """;

  private static final String NEXT =
      """
      UPDATE mqtt_session SET
        session_key = CASE WHEN $5 THEN session_key ELSE nextval('mqtt_session_key') END,
        epoch = next_mqtt_epoch(), replica_key = r.key, connection_id = $3,
        connected_at = now(), expiry_seconds = $4, expires_at = NULL,
        subscriptions = CASE WHEN $5 THEN subscriptions ELSE '[]' END
      FROM endpoint_replica r
      WHERE client_identifier = $1 AND r.key = $2 AND NOT r.condemned
      RETURNING session_key, epoch
      """;

  /**
   * MQTT 5 §3.1.3.2.2: a will that waits is cancelled by a connection that goes on with the
   * session; else it is due now. $1 epoch, $2 goes on, $3 session, $4 replica and $5 connection
   * that lose it, $6 the will of a connection that never was, $7 how long its goodbye may still be
   * on its way to the database, in milliseconds, $8 the new epoch. Also what is on its way to the
   * client at QoS 2 changes hands.
   */
  private static final String SETTLE_FORMER =
      """
      WITH cancelled AS (
        DELETE FROM mqtt_will
        WHERE epoch = $1 AND claimed_by IS NULL
          AND ($6 OR $2 AND delay_seconds > 0 AND (due_at IS NULL OR due_at > now()))
      ), due AS (
        UPDATE mqtt_will SET due_at = now() + $7 * interval '1 millisecond'
        WHERE epoch = $1 AND NOT ($6 OR $2 AND delay_seconds > 0)
          AND (due_at IS NULL OR due_at > now())
      ), forgotten AS (
        DELETE FROM exactly_once WHERE session_key = $3 AND NOT $2
      ), dropped AS (
        DELETE FROM outgoing_exactly_once WHERE session_key = $3 AND NOT $2
      ), told AS (
        INSERT INTO mqtt_takeover (replica_key, connection_id)
        SELECT $4::integer, $5::bigint WHERE $4::integer IS NOT NULL ON CONFLICT DO NOTHING
      )
      UPDATE outgoing_exactly_once SET epoch = $8 WHERE session_key = $3 AND $2
      RETURNING\s\
      """
          + OutgoingRows.COLUMNS;

  private final SessionClaim claim;
  private final Replica replica;
  private final int keptPerDevice;
  private final BooleanSupplier wanted;
  private volatile boolean mayBeCommitted;

  /**
   * The replica for whose connection it is taken.
   *
   * @param key its row
   * @param held its connections
   * @param unwritten the ends of its connections that are not written yet
   * @param grace how long the goodbye of a connection at another replica may take to be written
   */
  record Replica(int key, HeldConnections held, Unwritten unwritten, Duration grace) {}

  /** Nobody waits for it any more: nothing was done. */
  static final class UnwantedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnwantedException() {
      super("the connection has gone", null, false, false);
    }
  }

  /** A connection of the client ended here in this moment: nothing was done. */
  static final class EndUnwrittenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EndUnwrittenException() {
      super("an end is being written", null, false, false);
    }
  }

  /**
   * @param keptPerDevice how many sessions of the device may be kept without a connection
   * @param wanted whether somebody still waits for it
   */
  Taking(SessionClaim claim, Replica replica, int keptPerDevice, BooleanSupplier wanted) {
    this.claim = claim;
    this.replica = replica;
    this.keptPerDevice = keptPerDevice;
    this.wanted = wanted;
  }

  Uni<TakenSession> in(TimedPool pool) {
    return pool.inTransaction(
        db ->
            former(db)
                .chain(former -> take(db, former, MAX_LOOKS))
                .call(taken -> leaveWill(db, taken))
                .invoke(taken -> mayBeCommitted = true));
  }

  /** Whether a failure leaves open what the database did. */
  boolean mayBeCommitted() {
    return mayBeCommitted;
  }

  /** What was there before a connection took the session. */
  private record Former(
      long sessionKey,
      long epoch,
      Integer replicaKey,
      Long connectionId,
      boolean alive,
      List<StoredSubscription> subscriptions) {}

  private Uni<Former> former(SqlConnection db) {
    return db.preparedQuery(FORMER)
        .execute(Tuple.of(claim.client().value()))
        .map(rows -> rows.size() == 0 ? null : former(rows.iterator().next()));
  }

  private static Former former(Row row) {
    return new Former(
        row.getLong(0),
        row.getLong(1),
        row.getInteger(2),
        row.getLong(3),
        row.getBoolean(5),
        subscriptions(row.getJsonArray(4)));
  }

  private Uni<TakenSession> take(SqlConnection db, Former former, int looksLeft) {
    // With the row locked: whoever is to take it after this one comes after this look, so a client
    // that was told no, and is in by another connection, does not lose the session to the past.
    if (!wanted.getAsBoolean()) {
      return Uni.createFrom().failure(new UnwantedException());
    }
    if (replica.unwritten.has(claim.client())) {
      return Uni.createFrom().failure(new EndUnwrittenException());
    }
    if (looksLeft == 0) {
      return Uni.createFrom().failure(new IllegalStateException("the session cannot be taken"));
    }
    return former == null ? first(db, looksLeft) : next(db, former);
  }

  private Uni<TakenSession> first(SqlConnection db, int looksLeft) {
    return db.preparedQuery(FIRST)
        .execute(
            Tuple.of(
                claim.client().value(), replica.key, claim.connectionId(), claim.expirySeconds()))
        .chain(
            rows ->
                rows.size() == 0
                    ? former(db).chain(former -> take(db, former, looksLeft - 1))
                    : makeRoom(db).replaceWith(taken(rows, false, List.of())));
  }

  /** A device may use another client identifier each time, and leave a session behind with each. */
  private Uni<?> makeRoom(SqlConnection db) {
    return claim.expirySeconds() == 0
        ? Uni.createFrom().voidItem()
        : SessionRemoval.surplus(db, claim.client().device(), keptPerDevice);
  }

  private Uni<TakenSession> next(SqlConnection db, Former former) {
    var goesOn = former.alive && !claim.cleanStart();
    var values =
        Tuple.tuple()
            .addString(claim.client().value())
            .addInteger(replica.key)
            .addLong(claim.connectionId())
            .addLong(claim.expirySeconds())
            .addBoolean(goesOn);
    return db.preparedQuery(NEXT)
        .execute(values)
        .map(rows -> taken(rows, goesOn, goesOn ? former.subscriptions : List.of()))
        .chain(taken -> settle(db, former, goesOn, taken.epoch()).map(taken::withOutgoing));
  }

  /** The one that loses it is told also when it is of this replica: who takes it may yet fail. */
  private Uni<List<OutgoingMessage>> settle(
      SqlConnection db, Former former, boolean goesOn, long epoch) {
    var elsewhere = former.replicaKey != null && former.replicaKey != replica.key;
    return db.preparedQuery(SETTLE_FORMER)
        .execute(
            Tuple.tuple()
                .addLong(former.epoch)
                .addBoolean(goesOn)
                .addLong(former.sessionKey)
                .addInteger(former.replicaKey)
                .addLong(former.connectionId)
                .addBoolean(neverWas(former))
                .addLong(elsewhere ? replica.grace.toMillis() : 0)
                .addLong(epoch))
        .map(OutgoingRows::read);
  }

  /** Its answer was lost on the way, so that the client was told no. */
  private boolean neverWas(Former former) {
    return former.replicaKey != null
        && former.replicaKey == replica.key
        && !replica.held.holds(former.connectionId)
        // Asked after the other: an end is handed over before its connection is forgotten.
        && !replica.unwritten.has(claim.client());
  }

  private static TakenSession taken(
      RowSet<Row> rows, boolean present, List<StoredSubscription> subscriptions) {
    if (rows.size() == 0) {
      throw new IllegalStateException("this replica was taken for dead");
    }
    var row = rows.iterator().next();
    return new TakenSession(row.getLong(0), row.getLong(1), present, subscriptions);
  }

  private Uni<?> leaveWill(SqlConnection db, TakenSession taken) {
    return claim.will() == null
        ? Uni.createFrom().voidItem()
        : WillRows.insert(db, taken.epoch(), claim.client(), claim.will());
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
