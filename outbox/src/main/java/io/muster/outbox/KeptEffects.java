package io.muster.outbox;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;

/**
 * Effects in the service's own database: each page's effects, the ids of its events and the
 * position commit together or not at all, so each event has its effect exactly once. Needs the
 * tables of {@link OutboxSchema#follower()}.
 */
public final class KeptEffects implements EventFollower.Effects {
  private static final String POSITION = "SELECT position FROM followed_log WHERE log = $1";
  private static final String KEEP =
      """
      INSERT INTO followed_log (log, position) VALUES ($1, $2)
      ON CONFLICT (log) DO UPDATE SET position = excluded.position""";
  private static final String REMEMBER =
      "INSERT INTO followed_event (log, id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
  private static final String FORGET =
      "DELETE FROM followed_event WHERE log = $1 AND taken_at < now() - $2::bigint * interval '1 ms'";

  /** What the service does about the events of another. */
  public interface Effect {

    /** Does it in the transaction; when it fails the whole page is tried again. */
    Uni<Void> apply(SqlConnection transaction, OutboxEvent event);

    /** Replaces what the service knows by a snapshot, in the transaction. */
    Uni<Void> startOver(SqlConnection transaction);
  }

  private final Pool pool;
  private final String log;
  private final Duration rememberFor;
  private final Effect effect;

  /**
   * @param log under which name position and ids are kept
   * @param rememberFor how long ids are kept; as long as the other service keeps its log
   */
  public KeptEffects(Pool pool, String log, Duration rememberFor, Effect effect) {
    this.pool = pool;
    this.log = log;
    this.rememberFor = rememberFor;
    this.effect = effect;
  }

  @Override
  public Uni<Long> position() {
    return pool.preparedQuery(POSITION)
        .execute(Tuple.of(log))
        .map(rows -> rows.size() == 0 ? 0L : rows.iterator().next().getLong(0));
  }

  @Override
  public Uni<Void> take(EventPage page) {
    return pool.withTransaction(
        transaction ->
            Multi.createFrom()
                .iterable(page.items())
                .onItem()
                .transformToUniAndConcatenate(event -> takeOnce(transaction, event))
                .collect()
                .last()
                .flatMap(all -> keep(transaction, page.next()))
                .flatMap(kept -> forget(transaction)));
  }

  @Override
  public Uni<Long> startOver(long end) {
    return pool.withTransaction(
        transaction ->
            effect.startOver(transaction).flatMap(done -> keep(transaction, end)).replaceWith(end));
  }

  private Uni<Void> takeOnce(SqlConnection transaction, OutboxEvent event) {
    return transaction
        .preparedQuery(REMEMBER)
        .execute(Tuple.of(log, event.id()))
        .flatMap(
            rows ->
                rows.rowCount() == 1
                    ? effect.apply(transaction, event)
                    : Uni.createFrom().voidItem());
  }

  private Uni<Void> keep(SqlConnection transaction, long position) {
    return transaction.preparedQuery(KEEP).execute(Tuple.of(log, position)).replaceWithVoid();
  }

  private Uni<Void> forget(SqlConnection transaction) {
    return transaction
        .preparedQuery(FORGET)
        .execute(Tuple.of(log, rememberFor.toMillis()))
        .replaceWithVoid();
  }
}
