package io.muster.outbox;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Effects of a log that one of several instances takes at a time, in the order of the log: who does
 * is in the database, with an end that its clock decides, and each page's transaction makes sure of
 * it. A page's effects and the position commit together under the lock of the position's row, so
 * each event has its effect exactly once, whichever instance takes it. What fails for its content
 * ({@link ContentFailure}) is left out alone; any other failure is tried again until it passes,
 * since to skip an event because the database is away would lose it. Needs the tables of {@link
 * OutboxSchema#follower()} and {@link OutboxSchema#followerTurn()}. Thread-safe.
 */
public final class SharedEffects implements EventFollower.Effects, EventFollower.Turn {
  private static final Logger LOG = Logger.getLogger(SharedEffects.class);
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
      "SELECT position FROM followed_log WHERE log = $1 AND holder = $2 FOR UPDATE";
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
     * Does it in the transaction, for events in their order that were not taken before. When it
     * fails for what an event holds the events come one by one, and the culprit is left out; any
     * other failure is tried again until it passes.
     */
    Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events);

    /** An event was left out for its content. */
    default void leftOut(OutboxEvent event) {}

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
   * Keeps the position alone. That is enough for the log of an outbox, which gives no event a
   * second number; a row for each event would cost more than most effects.
   *
   * @param limit how long the database may take with a page
   * @param log under which name the position is kept
   * @param turn after which another instance may go on in place of one that fell silent
   */
  public SharedEffects(Pool pool, Duration limit, String log, Duration turn, Reader reader) {
    this(pool, limit, log, Duration.ZERO, turn, reader);
  }

  /**
   * Keeps the ids of events as well, for a log that may give one event two numbers.
   *
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

  /** Whether it was this instance's turn when it was last asked for. */
  public boolean isHeld() {
    return held;
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
    return take(page.items(), page.next())
        .onFailure(ContentFailure::is)
        .recoverWithUni(() -> oneByOne(page));
  }

  /** What fails for its content would fail again: the culprit is left out, alone. */
  private Uni<Void> oneByOne(EventPage page) {
    return Multi.createFrom()
        .iterable(page.items())
        .onItem()
        .transformToUniAndConcatenate(
            event ->
                take(List.of(event), event.sequence())
                    .onFailure(ContentFailure::is)
                    .recoverWithUni(refused -> leaveOut(event, refused)))
        .collect()
        .last();
  }

  private Uni<Void> leaveOut(OutboxEvent event, Throwable refused) {
    LOG.errorf(refused, "Event %s of %s has no effect", event.id(), log);
    return take(List.of(), event.sequence()).invoke(() -> reader.leftOut(event));
  }

  private Uni<Void> take(List<OutboxEvent> events, long next) {
    return pool.inTransaction(
        db ->
            hold(db)
                .flatMap(
                    position ->
                        next <= position
                            // Taken before; the answer to its commit was lost on the way.
                            ? Uni.createFrom().voidItem()
                            : apply(db, wanted(events, position)).flatMap(done -> keep(db, next))));
  }

  private List<OutboxEvent> wanted(List<OutboxEvent> events, long position) {
    return events.stream()
        .filter(event -> event.sequence() > position && reader.wants(event))
        .toList();
  }

  @Override
  public Uni<Long> startOver(long end) {
    return pool.inTransaction(
        db ->
            hold(db)
                .flatMap(position -> reader.startOver(db))
                .flatMap(done -> keep(db, end))
                .replaceWith(end));
  }

  /** The position, which nobody else moves until the transaction ends. */
  private Uni<Long> hold(SqlConnection db) {
    return db.preparedQuery(HOLD)
        .execute(Tuple.of(log, self))
        .map(
            rows -> {
              if (rows.size() == 0) {
                held = false;
                throw new TurnLostException(log);
              }
              return rows.iterator().next().getLong(0);
            });
  }

  private Uni<Void> apply(SqlConnection db, List<OutboxEvent> wanted) {
    if (wanted.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return rememberFor.isZero()
        ? reader.apply(db, wanted)
        : remember(db, wanted).flatMap(fresh -> apply(db, wanted, fresh));
  }

  private Uni<Set<UUID>> remember(SqlConnection db, List<OutboxEvent> wanted) {
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
        .call(kept -> forget(db))
        .replaceWithVoid();
  }

  private Uni<Void> forget(SqlConnection db) {
    return rememberFor.isZero()
        ? Uni.createFrom().voidItem()
        : db.preparedQuery(FORGET).execute(Tuple.of(log, rememberFor.toMillis())).replaceWithVoid();
  }
}
