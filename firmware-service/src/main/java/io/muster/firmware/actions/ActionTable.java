package io.muster.firmware.actions;

import io.muster.firmware.database.Sql;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The rows of actions and of their history. Stateless. */
public final class ActionTable {
  private static final String COLUMNS =
      "a.key, a.target_key, a.number, a.distribution_key, a.state, a.forced, a.retrieved,"
          + " a.begun, a.status_count, a.created_at, a.created_by, a.finished_at FROM action AS a";
  private static final String INSERT =
      """
      INSERT INTO action (target_key, number, distribution_key, state, forced, created_at,
                          created_by)
      VALUES ($1, $2, $3, $4, $5, $6, $7)\
      """;
  private static final String ADD_STATUS =
      """
      INSERT INTO action_status (action_key, at, execution, result, code, messages)
      VALUES ($1, $2, $3, $4, $5, $6)\
      """;
  private static final String PRUNE_STATUS =
      """
      DELETE FROM action_status WHERE action_key = $1 AND key <=
        (SELECT key FROM action_status WHERE action_key = $1 ORDER BY key DESC OFFSET $2 LIMIT 1)\
      """;

  // What is open, and the last that is installed, stay whatever their age.
  private static final String PRUNE =
      """
      DELETE FROM action WHERE target_key = $1 AND finished_at IS NOT NULL
         AND number < $2
         AND number <> (SELECT coalesce(max(number), 0) FROM action
                         WHERE target_key = $1 AND state = 'finished')\
      """;
  private static final String COUNT_FEEDBACK =
      """
      UPDATE target
         SET feedback_count = CASE WHEN feedback_since > $2::timestamptz - interval '1 minute'
                                   THEN feedback_count + 1 ELSE 1 END,
             feedback_since = CASE WHEN feedback_since > $2::timestamptz - interval '1 minute'
                                   THEN feedback_since ELSE $2::timestamptz END
       WHERE key = $1 RETURNING feedback_count\
      """;

  // A device that was deleted and made anew has nothing of what the one before it installed.
  private static final String OWN =
      "a.number > (SELECT t.forgotten_number FROM target AS t WHERE t.key = $1)";

  private ActionTable() {}

  /**
   * An entry of an action's history.
   *
   * @param execution the device's word, or ours in brackets
   * @param result or null
   * @param code or null
   */
  public record Status(
      Instant at, String execution, String result, Integer code, List<String> messages) {
    public Status {
      messages = List.copyOf(messages);
    }
  }

  static void insert(
      Sql db,
      long target,
      long number,
      long distribution,
      ActionState state,
      boolean forced,
      Instant now,
      String by) {
    db.change(INSERT, target, number, distribution, state.label(), forced, now, by);
  }

  /** A device's action. */
  public static Optional<Action> find(Sql db, long target, long number) {
    return db.first(
            "SELECT " + COLUMNS + " WHERE a.target_key = $1 AND a.number = $2", target, number)
        .map(ActionTable::read);
  }

  /** The same, unless it was given to a device of that name that was deleted since. */
  public static Optional<Action> own(Sql db, long target, long number) {
    return db.first(
            "SELECT " + COLUMNS + " WHERE a.target_key = $1 AND a.number = $2 AND " + OWN,
            target,
            number)
        .map(ActionTable::read);
  }

  /** Those that have not ended, the oldest first. */
  public static List<Action> open(Sql db, long target) {
    return db.rows(
        ActionTable::read,
        "SELECT "
            + COLUMNS
            + " WHERE a.target_key = $1 AND a.finished_at IS NULL"
            + " ORDER BY a.number",
        target);
  }

  /** Those of many devices that have not ended, the oldest first. */
  static List<Action> open(Sql db, Long[] targets) {
    return db.rows(
        ActionTable::read,
        "SELECT "
            + COLUMNS
            + " WHERE a.target_key = ANY ($1) AND a.finished_at IS NULL"
            + " ORDER BY a.target_key, a.number",
        (Object) targets);
  }

  /** The last one that the device installed. */
  public static Optional<Action> installed(Sql db, long target) {
    return db.first(
            "SELECT "
                + COLUMNS
                + " WHERE a.target_key = $1 AND a.state = 'finished' AND "
                + OWN
                + " ORDER BY a.number DESC LIMIT 1",
            target)
        .map(ActionTable::read);
  }

  /** The newest first, before a number unless that is 0. */
  static List<Action> list(Sql db, long target, long before, int limit) {
    return db.rows(
        ActionTable::read,
        "SELECT "
            + COLUMNS
            + " WHERE a.target_key = $1 AND ($2::bigint = 0 OR a.number < $2)"
            + " ORDER BY a.number DESC LIMIT $3",
        target,
        before,
        limit);
  }

  /** The one that a request of that name made. */
  static Optional<Action> named(Sql db, long target, String idempotencyKey) {
    return db.first(
            "SELECT " + COLUMNS + " WHERE a.target_key = $1 AND a.idempotency_key = $2",
            target,
            idempotencyKey)
        .map(ActionTable::read);
  }

  /** Keeps what the request was called that made it. */
  static void name(Sql db, long target, long number, String idempotencyKey) {
    db.change(
        "UPDATE action SET idempotency_key = $3 WHERE target_key = $1 AND number = $2",
        target,
        number,
        idempotencyKey);
  }

  /** Names of before then may stand for something else. */
  static void forgetNames(Sql db, long target, Instant before) {
    db.change(
        "UPDATE action SET idempotency_key = NULL"
            + " WHERE target_key = $1 AND idempotency_key IS NOT NULL AND created_at < $2",
        target,
        before);
  }

  /** It is in another state. */
  static void move(Sql db, Action action, ActionState state, Instant now) {
    db.change(
        "UPDATE action SET state = $2, finished_at = $3 WHERE key = $1",
        action.key(),
        state.label(),
        state.isEnded() ? now : null);
  }

  /** The device has seen it. */
  public static void retrieved(Sql db, long action) {
    db.change("UPDATE action SET retrieved = true WHERE key = $1 AND NOT retrieved", action);
  }

  /** The device has seen it, and was told whether it may install it now. */
  public static void told(Sql db, long action, boolean mayInstall) {
    db.change(
        "UPDATE action SET retrieved = true, may_install = $2"
            + " WHERE key = $1 AND NOT (retrieved AND may_install = $2)",
        action,
        mayInstall);
  }

  /** The device is at it; of one that was told to wait for its window that makes no difference. */
  static void begun(Sql db, long action) {
    db.change("UPDATE action SET begun = true WHERE key = $1 AND may_install", action);
  }

  /** Adds to its history, of which the newest are kept. */
  static void addStatus(Sql db, long action, Status status, int keep) {
    db.change(
        ADD_STATUS,
        action,
        status.at(),
        status.execution(),
        status.result(),
        status.code(),
        status.messages());
    var count =
        db.number(
            "UPDATE action SET status_count = status_count + 1 WHERE key = $1"
                + " RETURNING status_count",
            action);
    if (count > keep) {
      db.change(PRUNE_STATUS, action, keep);
    }
  }

  /** The newest first. */
  public static List<Status> statuses(Sql db, long action, int limit) {
    return db.rows(
        row ->
            new Status(
                Sql.instant(row, "at"),
                row.getString("execution"),
                row.getString("result"),
                row.getInteger("code"),
                Sql.texts(row, "messages")),
        "SELECT at, execution, result, code, messages FROM action_status WHERE action_key = $1"
            + " ORDER BY key DESC LIMIT $2",
        action,
        limit);
  }

  /** Forgets a device's old actions. */
  static void prune(Sql db, long target, long before) {
    db.change(PRUNE, target, before);
  }

  /** Counts feedback; gives how much there was in this minute. */
  static long countFeedback(Sql db, long target, Instant now) {
    return db.number(COUNT_FEEDBACK, target, now);
  }

  private static Action read(Row row) {
    return new Action(
        row.getLong("key"),
        row.getLong("target_key"),
        row.getLong("number"),
        row.getLong("distribution_key"),
        ActionState.of(row.getString("state")),
        row.getBoolean("forced"),
        row.getBoolean("retrieved"),
        row.getBoolean("begun"),
        row.getInteger("status_count"),
        Sql.instant(row, "created_at"),
        row.getString("created_by"),
        Sql.instant(row, "finished_at"));
  }
}
