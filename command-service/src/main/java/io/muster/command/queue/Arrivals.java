package io.muster.command.queue;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Collection;

/**
 * Keeps apart that a device's coming is written and that its queue is made: whichever is second
 * sees the first. A queue's lock does that once there is a queue. Otherwise one transaction could
 * write that the device is there and find no queue to look at, while the other one makes the queue
 * and finds nobody there; the command would wait for the device to come once more. Stateless.
 */
public final class Arrivals {
  /** Tells these advisory locks from others in the database. */
  private static final int SPACE = 0x41525256;

  /** So few that a page of events takes no more of the server's table of locks. */
  private static final int STRIPES = 512;

  // In their order, so that two never wait for each other in a ring.
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock($1, stripe) FROM unnest($2::integer[]) AS stripe";

  private Arrivals() {}

  /**
   * Waits for others that come or get their queue, and holds them up until the transaction ends.
   * Before any queue is locked.
   */
  public static Uni<Void> keepApart(SqlConnection db, Collection<DeviceAddress> devices) {
    if (devices.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var stripes =
        devices.stream()
            // Of the text: every instance has to come to the same.
            .map(device -> Math.floorMod(device.toString().hashCode(), STRIPES))
            .distinct()
            .sorted()
            .toArray(Integer[]::new);
    return db.preparedQuery(LOCK).execute(Tuple.of(SPACE, stripes)).replaceWithVoid();
  }
}
