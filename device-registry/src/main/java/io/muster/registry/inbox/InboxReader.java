package io.muster.registry.inbox;

import io.muster.contract.event.OutboxEvent;
import io.muster.outbox.SharedEffects;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/** Hands each handler what it wants, in one transaction. Thread-safe. */
final class InboxReader implements SharedEffects.Reader {
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
  }
}
