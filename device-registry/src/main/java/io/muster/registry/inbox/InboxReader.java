package io.muster.registry.inbox;

import io.muster.contract.event.OutboxEvent;
import io.muster.outbox.SharedEffects;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import org.jboss.logging.Logger;

/** Hands each handler what it wants, in one transaction. Thread-safe. */
final class InboxReader implements SharedEffects.Reader {
  private static final Logger LOG = Logger.getLogger(InboxReader.class);

  private final List<InboxHandler> handlers;
  private final Runnable skipped;

  /**
   * @param skipped told of each event that is left out for its content
   */
  InboxReader(List<InboxHandler> handlers, Runnable skipped) {
    this.handlers = List.copyOf(handlers);
    this.skipped = skipped;
  }

  @Override
  public boolean wants(OutboxEvent event) {
    return handlers.stream().anyMatch(handler -> handler.wants(event));
  }

  @Override
  public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (var handler : handlers) {
      var wanted = events.stream().filter(handler::wants).toList();
      if (!wanted.isEmpty()) {
        all = all.chain(() -> handler.apply(transaction, wanted));
      }
    }
    return all;
  }

  @Override
  public Uni<Void> startOver(SqlConnection transaction) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (var handler : handlers) {
      all = all.chain(() -> handler.startOver(transaction));
    }
    return all;
  }

  @Override
  public void leftOut(OutboxEvent event) {
    skipped.run();
    for (var handler : handlers) {
      if (handler.wants(event)) {
        leftOut(handler, event);
      }
    }
  }

  private static void leftOut(InboxHandler handler, OutboxEvent event) {
    try {
      handler.leftOut(event);
    } catch (RuntimeException failure) {
      // The position has moved on; the event is in the log of this service already.
      LOG.warnf("Event %s was left out untold: %s", event.id(), failure);
    }
  }
}
