package io.muster.ingest.uplink;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.SessionsRetold;
import io.muster.ingest.sessions.ToldAgain;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * Says in this site's log who is connected here, and that this was all, for a hub that may have
 * missed a part of the log. Thread-safe.
 */
record Retelling(String site, ToldAgain sessions, EventIds ids, Clock clock) {

  static Retelling of(String site, Clock clock) {
    return new Retelling(site, new ToldAgain(clock), new EventIds(clock), clock);
  }

  /** In the transaction, whose commit the log's publisher sees by itself. */
  Uni<Void> write(SqlConnection transaction) {
    return UplinkTable.last(transaction)
        .chain(
            last ->
                sessions
                    .write(transaction)
                    .chain(() -> Outbox.append(transaction, List.of(end(last)))))
        .replaceWithVoid();
  }

  private OutboxEntry end(long last) {
    return new OutboxEntry(
        ids.next(),
        SessionsRetold.topic(site),
        1,
        "application/json",
        Map.of(),
        json(new SessionsRetold(last)),
        clock.instant());
  }

  private static byte[] json(SessionsRetold retold) {
    try {
      return ContractJson.mapper().writeValueAsBytes(retold);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
