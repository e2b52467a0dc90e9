package io.muster.registry.inbox;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.outbox.EventFollower;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Hands a page to the handlers in one transaction with the position. Every instance may follow the
 * log: the position's row is locked, and whoever comes later leaves out what the other has taken,
 * so each event has its effect once and in its order. Thread-safe.
 */
final class InboxEffects implements EventFollower.Effects {
  private static final Logger LOG = Logger.getLogger(InboxEffects.class);
  private static final String LOG_NAME = "ingest";
  private static final String BEGIN =
      "INSERT INTO followed_log (log, position) VALUES ($1, 0) ON CONFLICT DO NOTHING";
  private static final String POSITION = "SELECT position FROM followed_log WHERE log = $1";
  private static final String LOCKED = POSITION + " FOR UPDATE";
  private static final String KEEP = "UPDATE followed_log SET position = $2 WHERE log = $1";

  /** How a transaction is run, so that what is said in it goes out after its commit. */
  @FunctionalInterface
  interface Transactions {
    Uni<Void> run(Function<SqlConnection, Uni<Void>> change);
  }

  private final Pool pool;
  private final Transactions transactions;
  private final List<InboxHandler> handlers;
  private final Runnable skipped;

  /**
   * @param skipped told of each event that is left out for its content
   */
  InboxEffects(
      Pool pool, Transactions transactions, List<InboxHandler> handlers, Runnable skipped) {
    this.pool = pool;
    this.transactions = transactions;
    this.handlers = List.copyOf(handlers);
    this.skipped = skipped;
  }

  @Override
  public Uni<Long> position() {
    return pool.preparedQuery(BEGIN)
        .execute(Tuple.of(LOG_NAME))
        .chain(() -> pool.preparedQuery(POSITION).execute(Tuple.of(LOG_NAME)))
        .map(rows -> rows.iterator().next().getLong(0));
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
                    .recoverWithUni(
                        refused -> {
                          LOG.errorf(refused, "Event %s of ingest has no effect", event.id());
                          return take(List.of(), event.sequence()).invoke(skipped);
                        }))
        .collect()
        .last();
  }

  private Uni<Void> take(List<OutboxEvent> events, long next) {
    return transactions.run(
        transaction ->
            transaction
                .preparedQuery(LOCKED)
                .execute(Tuple.of(LOG_NAME))
                .map(rows -> rows.iterator().next().getLong(0))
                .chain(
                    position ->
                        next <= position
                            ? Uni.createFrom().voidItem()
                            : apply(transaction, after(position, events))
                                .chain(() -> keep(transaction, next))));
  }

  private static List<OutboxEvent> after(long position, List<OutboxEvent> events) {
    return events.stream().filter(event -> event.sequence() > position).toList();
  }

  private Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (var handler : handlers) {
      List<OutboxEvent> wanted = new ArrayList<>(events);
      wanted.removeIf(event -> !handler.wants(event));
      if (!wanted.isEmpty()) {
        all = all.chain(() -> handler.apply(transaction, wanted));
      }
    }
    return all;
  }

  private static Uni<Void> keep(SqlConnection transaction, long next) {
    return transaction.preparedQuery(KEEP).execute(Tuple.of(LOG_NAME, next)).replaceWithVoid();
  }

  /** What was missed cannot be had any more; devices ask again for what they miss. */
  @Override
  public Uni<Long> startOver(long end) {
    return pool.preparedQuery(KEEP).execute(Tuple.of(LOG_NAME, end)).replaceWith(end);
  }
}
