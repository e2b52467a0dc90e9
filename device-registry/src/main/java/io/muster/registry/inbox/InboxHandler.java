package io.muster.registry.inbox;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.ServiceName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/**
 * What the registry does about events of another service. Each kind of work has a bean of this
 * type. Implementations are thread-safe; they are called for one batch at a time.
 */
public interface InboxHandler {

  /** Whose events they are. What others say, whatever its topic name, it does not get. */
  ServiceName service();

  /** Whether it does anything about an event; by its topic name alone. */
  boolean wants(OutboxEvent event);

  /**
   * Does it, in the transaction that also keeps the position, so each event has its effect once.
   * When it fails for what an event holds the events come one by one and the culprit is left out;
   * any other failure is tried again until it passes.
   *
   * @param events those that it wants, at least one, in the order of the log
   */
  Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events);

  /**
   * One that it wants was left out, alone, after its transaction failed for what the event holds.
   * Returns at once; nothing that it throws has an effect.
   */
  default void leftOut(OutboxEvent event) {}

  /** What was told for a while cannot be had any more; the log is read on from its end. */
  default Uni<Void> startOver(SqlConnection transaction) {
    return Uni.createFrom().voidItem();
  }
}
