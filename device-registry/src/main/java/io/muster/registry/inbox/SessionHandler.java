package io.muster.registry.inbox;

import io.muster.contract.event.ConnectedSession;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;

/**
 * Whoever has to know who is connected after ingest's log was lost. Implementations are beans, and
 * thread-safe.
 */
public interface SessionHandler {

  /**
   * Takes some of those who are connected, in a transaction that comes again when it fails. What
   * the log tells of a greater epoch is newer, and may have been taken before.
   */
  Uni<Void> retold(SqlConnection transaction, List<ConnectedSession> sessions);
}
