package io.muster.ingest.sessions;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.ConnectedSession.Hearing;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.MalformedIdException;
import io.muster.ingest.endpoint.authorisation.SubscribeRights;
import io.muster.ingest.endpoint.authorisation.SubscribeRights.Reading;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Who is connected, at whichever replica. The rows are the truth: those of a replica that died are
 * there until another one ends them, which it tells. Stateless.
 */
final class ConnectedSessions {
  private static final String PAGE =
      """
      SELECT client_identifier, epoch, connected_at, subscriptions FROM mqtt_session
      WHERE replica_key IS NOT NULL AND client_identifier > $1
      ORDER BY client_identifier LIMIT $2
      """;

  private ConnectedSessions() {}

  /**
   * @param after the last client identifier that was told; empty at the beginning
   */
  static Uni<SessionPage> page(SqlClient db, String after, int limit) {
    return db.preparedQuery(PAGE)
        .execute(Tuple.of(after, limit))
        .map(
            rows -> {
              List<ConnectedSession> items = new ArrayList<>(rows.size());
              String last = null;
              for (var row : rows) {
                session(row).ifPresent(items::add);
                last = row.getString(0);
              }
              return new SessionPage(items, rows.size() < limit ? null : last);
            });
  }

  /** Empty for who is no device, such as one that is being provisioned. */
  private static Optional<ConnectedSession> session(Row row) {
    try {
      var client = Clients.parse(row.getString(0));
      return Optional.of(
          new ConnectedSession(
              client.device(),
              client.value(),
              row.getLong(1),
              row.getOffsetDateTime(2).toInstant(),
              hearings(row.getJsonArray(3))));
    } catch (MalformedIdException noDevice) {
      return Optional.empty();
    }
  }

  private static List<Hearing> hearings(JsonArray subscriptions) {
    return subscriptions.stream()
        .map(it -> SubscribeRights.read(((JsonObject) it).getString("filter")))
        .filter(Reading.Of.class::isInstance)
        .map(Reading.Of.class::cast)
        .collect(
            groupingBy(
                Reading.Of::device,
                LinkedHashMap::new,
                mapping(it -> it.filter().value(), toList())))
        .entrySet()
        .stream()
        .map(it -> new Hearing(it.getKey(), it.getValue()))
        .toList();
  }
}
