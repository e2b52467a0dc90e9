package io.muster.outbox;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Effects of a log that one of several instances takes at a time, in the order of the log: who does
 * is in the database, with an end that its clock decides, and each page's transaction makes sure of
 * it. A page's effects, ids and position commit together, so each event has its effect exactly
 * once, whichever instance takes it. Needs the tables of {@link OutboxSchema#follower()} and {@link
 * OutboxSchema#followerTurn()}. Thread-safe.
 */
public final class SharedEffects implements EventFollower.Effects, EventFollower.Turn {
  private static final String TAKE_TURN =
      """
      INSERT INTO followed_log (log, position, holder, held_until)
      VALUES ($1, 0, $2, now() + $3::bigint * interval '1 ms')
      ON CONFLICT (log) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
       WHERE followed_log.holder IS NULL OR followed_log.holder = excluded.holder
          OR followed_log.held_until < now()\
      """;
  private static final String END_TURN =
      "UPDATE followed_log SET holder = NULL WHERE log = $1 AND holder = $2";
  private static final String POSITION = "SELECT position FROM followed_log WHERE log = $1";
  private static final String HOLD =
      "SELECT 1 FROM followed_log WHERE log = $1 AND holder = $2 FOR UPDATE";
  private static final String KEEP = "UPDATE followed_log SET position = $2 WHERE log = $1";
  private static final String REMEMBER =
      """
      INSERT INTO followed_event (log, id) SELECT $1, id FROM unnest($2::uuid[]) AS id
      ON CONFLICT DO NOTHING RETURNING id\
      """;
  private static final String FORGET =
      """
      DELETE FROM followed_event
       WHERE log = $1 AND taken_at < now() - $2::bigint * interval '1 ms'\
      """;

  /** What the service does about the events of another. */
  public interface Reader {

    /** Whether an event has an effect at all; the others cost nothing. */
    boolean wants(OutboxEvent event);

    /**
     * Does it in the transaction, for events in their order that were not taken before; when it
     * fails the whole page is tried again.
     */
    Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events);

    /** Replaces what the service knows by a snapshot, in the transaction. */
    Uni<Void> startOver(SqlConnection transaction);
  }

  private final TimedPool pool;
  private final String log;
  private final Duration rememberFor;
  private final Duration turn;
  private final Reader reader;
  private final UUID self = UUID.randomUUID();
  private volatile long heldAtNanos;
  private volatile boolean held;

  /**
   * @param limit how long the database may take with a page
   * @param log under which name position and ids are kept
   * @param rememberFor how long ids are kept; as long as the other service keeps its log
   * @param turn after which another instance may go on in place of one that fell silent
   */
  public SharedEffects(
      Pool pool, Duration limit, String log, Duration rememberFor, Duration turn, Reader reader) {
    this.pool = new TimedPool(pool, limit);
    this.log = log;
    this.rememberFor = rememberFor;
    this.turn = turn;
    this.reader = reader;
  }

  @Override
  public Uni<Boolean> isMine() {
    if (held && System.nanoTime() - heldAtNanos < turn.toNanos() / 3) {
      return Uni.createFrom().item(true);
    }
    var asked = System.nanoTime();
    return pool.use(db -> db.preparedQuery(TAKE_TURN).execute(Tuple.of(log, self, turn.toMillis())))
        .map(rows -> rows.rowCount() == 1)
        .invoke(
            mine -> {
              held = mine;
              heldAtNanos = asked;
            });
  }

  /** Lets another instance go on at once. */
  public Uni<Void> end() {
    held = false;
    return pool.use(db -> db.preparedQuery(END_TURN).execute(Tuple.of(log, self)))
        .replaceWithVoid();
  }

  @Override
  public Uni<Long> position() {
    return pool.use(db -> db.preparedQuery(POSITION).execute(Tuple.of(log)))
        .map(rows -> rows.size() == 0 ? 0L : rows.iterator().next().getLong(0));
  }

  @Override
  public Uni<Void> take(EventPage page) {
    var wanted = page.items().stream().filter(reader::wants).toList();
    return pool.inTransaction(
        db ->
            hold(db)
                .flatMap(held -> remember(db, wanted))
                .flatMap(fresh -> apply(db, wanted, fresh))
                .flatMap(done -> keep(db, page.next())));
  }

  @Override
  public Uni<Long> startOver(long end) {
    return pool.inTransaction(
        db ->
            hold(db)
                .flatMap(held -> reader.startOver(db))
                .flatMap(done -> keep(db, end))
                .replaceWith(end));
  }

  private Uni<Void> hold(SqlConnection db) {
    return db.preparedQuery(HOLD)
        .execute(Tuple.of(log, self))
        .invoke(
            rows -> {
              if (rows.size() == 0) {
                held = false;
                throw new TurnLostException(log);
              }
            })
        .replaceWithVoid();
  }

  private Uni<Set<UUID>> remember(SqlConnection db, List<OutboxEvent> wanted) {
    if (wanted.isEmpty()) {
      return Uni.createFrom().item(Set.of());
    }
    var ids = wanted.stream().map(OutboxEvent::id).toArray(UUID[]::new);
    return db.preparedQuery(REMEMBER)
        .execute(Tuple.of(log, ids))
        .map(
            rows -> {
              Set<UUID> fresh = new HashSet<>();
              rows.forEach(row -> fresh.add(row.getUUID(0)));
              return fresh;
            });
  }

  private Uni<Void> apply(SqlConnection db, List<OutboxEvent> wanted, Set<UUID> fresh) {
    var events = wanted.stream().filter(event -> fresh.remove(event.id())).toList();
    return events.isEmpty() ? Uni.createFrom().voidItem() : reader.apply(db, events);
  }

  private Uni<Void> keep(SqlConnection db, long position) {
    return db.preparedQuery(KEEP)
        .execute(Tuple.of(log, position))
        .flatMap(kept -> db.preparedQuery(FORGET).execute(Tuple.of(log, rememberFor.toMillis())))
        .replaceWithVoid();
  }
}
