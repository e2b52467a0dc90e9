package io.muster.ingest.sessions;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.ConnectedSession.Hearing;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.DeviceAddress;
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
 * Who is connected, at whichever replica, and at a hub also at its sites. The rows are the truth:
 * those of a replica that died are there until another one ends them, which it tells; those of
 * sites are as their logs told. Stateless.
 */
final class ConnectedSessions {
  // Of a client that a site and this installation both tell of, the later connection.
  private static final String PAGE =
      """
      SELECT client_identifier, epoch, connected_at, subscriptions, hears FROM (
        (SELECT s.client_identifier, s.epoch, s.connected_at, s.subscriptions, NULL::jsonb AS hears
           FROM mqtt_session s
          WHERE s.replica_key IS NOT NULL AND s.client_identifier > $1
            AND NOT EXISTS (SELECT FROM site_session e
                             WHERE e.client_identifier = s.client_identifier AND e.epoch >= s.epoch)
          ORDER BY s.client_identifier LIMIT $2)
        UNION ALL
        (SELECT e.client_identifier, e.epoch, e.connected_at, NULL, e.hears
           FROM site_session e
          WHERE e.client_identifier > $1
            AND NOT EXISTS (SELECT FROM mqtt_session s
                             WHERE s.client_identifier = e.client_identifier
                               AND s.replica_key IS NOT NULL AND s.epoch > e.epoch)
          ORDER BY e.client_identifier LIMIT $2)) AS connected
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
              row.getJsonObject(4) == null
                  ? hearings(row.getJsonArray(3))
                  : told(row.getJsonObject(4))));
    } catch (MalformedIdException noDevice) {
      return Optional.empty();
    }
  }

  /** What a site told of it. */
  private static List<Hearing> told(JsonObject hears) {
    return hears.stream()
        .map(it -> new Hearing(address(it.getKey()), filters((JsonArray) it.getValue())))
        .toList();
  }

  private static DeviceAddress address(String device) {
    var level = device.split("/", 2);
    return DeviceAddress.of(level[0], level[1]);
  }

  private static List<String> filters(JsonArray filters) {
    return filters.stream().map(String.class::cast).toList();
  }

  static List<Hearing> hearings(JsonArray subscriptions) {
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
