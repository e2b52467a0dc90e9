package io.muster.outbox;

import io.vertx.mutiny.sqlclient.Pool;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells the publisher in another instance that rows were committed, with at most one notification
 * on its way: NOTIFY takes a lock of the whole database at its commit, so it is neither part of the
 * writers' transactions nor sent for each of them.
 */
final class WakeUpElsewhere {
  private enum Notification {
    NONE,
    UNDER_WAY,
    ANOTHER_WANTED
  }

  private final Pool pool;
  private final AtomicReference<Notification> notification =
      new AtomicReference<>(Notification.NONE);

  WakeUpElsewhere(Pool pool) {
    this.pool = pool;
  }

  void signal() {
    var before =
        notification.getAndUpdate(
            current ->
                current == Notification.NONE
                    ? Notification.UNDER_WAY
                    : Notification.ANOTHER_WANTED);
    if (before == Notification.NONE) {
      send();
    }
  }

  private void send() {
    // A notification that is lost is made up for by the publisher's poll.
    pool.query(Term.NOTIFY)
        .execute()
        .onTermination()
        .invoke(this::sent)
        .subscribe()
        .with(done -> {}, away -> {});
  }

  private void sent() {
    if (!notification.compareAndSet(Notification.UNDER_WAY, Notification.NONE)) {
      notification.set(Notification.UNDER_WAY);
      send();
    }
  }
}
