package io.muster.ingest.uplink;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;

/** Says in the log who is connected here, for a hub that has missed a part of it. */
@FunctionalInterface
interface Retelling {
  Uni<Void> write(SqlConnection transaction);
}
