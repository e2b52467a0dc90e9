package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;

/** Where a message goes that the broker never took: the service's dead letters. */
@FunctionalInterface
public interface UndeliveredSink {

  /** Why the publisher gave a message up. */
  enum Reason {
    /** It waited longer than messages are kept for the broker, or than it is of use. */
    EXPIRED,
    /** The broker will not take it, now or ever. */
    REFUSED
  }

  /**
   * Keeps the message in the transaction that settles it in the outbox. It may be called again for
   * the same message when that transaction does not commit.
   *
   * @return when it fails nothing is settled, and the message is tried again
   */
  Uni<Void> keep(SqlConnection transaction, OutboxEvent event, Reason reason);
}
