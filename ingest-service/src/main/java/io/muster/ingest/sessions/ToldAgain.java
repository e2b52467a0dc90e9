package io.muster.ingest.sessions;

import io.muster.contract.event.ConnectedSession.Hearing;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes into the log once more who is connected and what they hear, for a reader that has missed a
 * part of it: the same epochs as before, so that whoever has missed nothing learns nothing. What is
 * told of a connection that ends meanwhile comes before its end or has a lesser epoch than what is
 * told after. Thread-safe.
 */
public final class ToldAgain {
  private static final int PAGE = 500;

  private static final String CONNECTED =
      """
      SELECT s.client_identifier, s.epoch, s.connected_at, s.connection_id, r.name, r.boot_id,
             s.subscriptions
        FROM mqtt_session s JOIN endpoint_replica r ON r.key = s.replica_key
       WHERE s.client_identifier > $1 ORDER BY s.client_identifier LIMIT $2\
      """;

  private final EventIds ids;
  private final Clock clock;

  public ToldAgain(Clock clock) {
    this.ids = new EventIds(clock);
    this.clock = clock;
  }

  /** Of all who are connected at this site, in the transaction. */
  public Uni<Void> write(SqlConnection transaction) {
    return writeAfter(transaction, "");
  }

  private Uni<Void> writeAfter(SqlConnection transaction, String after) {
    return transaction
        .preparedQuery(CONNECTED)
        .execute(Tuple.of(after, PAGE))
        .chain(
            rows ->
                rows.size() == 0
                    ? Uni.createFrom().voidItem()
                    : Outbox.append(transaction, entries(rows))
                        .chain(
                            () ->
                                rows.size() < PAGE
                                    ? Uni.createFrom().voidItem()
                                    : writeAfter(transaction, last(rows))));
  }

  private static String last(RowSet<Row> rows) {
    String last = null;
    for (var row : rows) {
      last = row.getString(0);
    }
    return last;
  }

  private List<OutboxEntry> entries(RowSet<Row> rows) {
    var now = clock.instant();
    List<OutboxEntry> entries = new ArrayList<>();
    for (var row : rows) {
      try {
        tell(row, Clients.parse(row.getString(0)), now, entries);
      } catch (MalformedIdException noDevice) {
        // One that is being provisioned has told nobody of itself.
        continue;
      }
    }
    return entries;
  }

  private void tell(Row row, ClientIdentifier client, Instant now, List<OutboxEntry> entries) {
    var epoch = row.getLong(1);
    var connected =
        new SessionEvent(
            row.getString(4),
            row.getUUID(5).toString(),
            row.getLong(3),
            epoch,
            client.value(),
            row.getOffsetDateTime(2).toInstant(),
            null);
    var topic = PlatformTopic.of(ServiceName.INGEST, "session/connected", client.device());
    entries.add(OutboxEntry.event(ids.next(), topic, connected, now, Map.of()));
    for (var hearing : ConnectedSessions.hearings(row.getJsonArray(6))) {
      entries.add(subscribed(client, epoch, hearing, now));
    }
  }

  private OutboxEntry subscribed(
      ClientIdentifier client, long epoch, Hearing hearing, Instant now) {
    return OutboxEntry.event(
        ids.next(),
        PlatformTopic.of(ServiceName.INGEST, "session/subscribed", hearing.device()),
        new SubscribedEvent(client.value(), epoch, hearing.filters(), now),
        now,
        Map.of());
  }
}
