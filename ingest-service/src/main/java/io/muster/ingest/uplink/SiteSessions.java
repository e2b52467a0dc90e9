package io.muster.ingest.uplink;

import io.muster.contract.event.ContractJson;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SessionsRetold;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.EventIds;
import io.muster.outbox.OutboxEntry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * The table {@code site_session}: who is connected at a hub's sites, as their logs tell. Of a
 * client's connections the one with the greatest epoch counts, wherever it is. Stateless.
 */
@RegisterForReflection(targets = {SessionEvent.class, SessionsRetold.class, SubscribedEvent.class})
final class SiteSessions {
  private static final Logger LOG = Logger.getLogger(SiteSessions.class);

  private static final String CONNECTED = "session/connected";
  private static final String DISCONNECTED = "session/disconnected";
  private static final String SUBSCRIBED = "session/subscribed";

  /** Why a connection ends of which its site's log has lost the end. */
  private static final String UNTOLD = "site-log-lost";

  // The same epoch may be told again: then it lasts.
  private static final String BEGIN =
      """
      INSERT INTO site_session AS s
        (client_identifier, tenant, device, site, epoch, connected_at, told_at)
      SELECT DISTINCT ON (client) client, tenant, device, $7::text, epoch, since, told_at
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[],
                    $6::bigint[]) AS t (client, tenant, device, epoch, since, told_at)
       ORDER BY client, epoch DESC, told_at DESC
      ON CONFLICT (client_identifier) DO UPDATE
        SET tenant = excluded.tenant, device = excluded.device, site = excluded.site,
            epoch = excluded.epoch, connected_at = excluded.connected_at,
            told_at = excluded.told_at,
            hears = CASE WHEN s.epoch = excluded.epoch THEN s.hears ELSE '{}' END
      WHERE s.epoch <= excluded.epoch\
      """;

  // A client that goes on subscribing to ever other filters is not followed for ever.
  private static final String HEAR =
      """
      UPDATE site_session AS s
         SET hears = s.hears || (
               SELECT jsonb_object_agg(d.key,
                        (SELECT jsonb_agg(DISTINCT f.value)
                           FROM jsonb_array_elements(coalesce(s.hears -> d.key, '[]') || d.value)
                             AS f))
                 FROM jsonb_each(t.hears::jsonb) AS d)
        FROM unnest($1::text[], $2::bigint[], $3::text[]) AS t (client, epoch, hears)
       WHERE s.client_identifier = t.client AND s.epoch = t.epoch
         AND pg_column_size(s.hears) < 65536\
      """;
  private static final String END =
      """
      DELETE FROM site_session AS s USING unnest($1::text[], $2::bigint[]) AS t (client, epoch)
       WHERE s.client_identifier = t.client AND s.epoch <= t.epoch\
      """;
  private static final String DOUBT = "UPDATE site_session SET told_at = 0 WHERE site = $1";
  private static final String END_UNTOLD =
      """
      DELETE FROM site_session WHERE site = $1 AND told_at <= $2
      RETURNING client_identifier, tenant, device, epoch\
      """;

  private SiteSessions() {}

  private record Begun(DeviceAddress device, SessionEvent told, long at) {}

  private record Session(String client, long epoch) {}

  private record Told(
      List<Begun> begun, Map<Session, Map<String, Set<String>>> hears, List<SessionEvent> ended) {
    Told() {
      this(new ArrayList<>(), new HashMap<>(), new ArrayList<>());
    }
  }

  /** What these entries of the site's log tell, in the transaction. */
  static Uni<Void> take(SqlConnection db, String site, List<OutboxEvent> entries) {
    var told = new Told();
    entries.forEach(entry -> read(entry, told));
    return begin(db, site, told.begun)
        .chain(() -> hear(db, told.hears))
        .chain(() -> end(db, told.ended));
  }

  private static void read(OutboxEvent entry, Told told) {
    var topic =
        PlatformTopic.parse(entry.topic()).filter(it -> it.service().equals(ServiceName.INGEST));
    if (topic.isEmpty() || topic.get().device().isEmpty()) {
      return;
    }
    try {
      read(entry, topic.get(), told);
    } catch (IOException | IllegalArgumentException | NullPointerException malformed) {
      // The services are told all the same, and say the same of it.
      LOG.warnf("Entry %s of a site's log cannot be read: %s", entry.id(), malformed.getMessage());
    }
  }

  private static void read(OutboxEvent entry, PlatformTopic topic, Told told) throws IOException {
    var device = DeviceAddress.of(topic.tenant().value(), topic.device().orElseThrow());
    switch (topic.event()) {
      case CONNECTED ->
          told.begun.add(
              new Begun(device, whole(data(entry, SessionEvent.class)), entry.sequence()));
      case DISCONNECTED -> told.ended.add(whole(data(entry, SessionEvent.class)));
      case SUBSCRIBED -> {
        var it = data(entry, SubscribedEvent.class);
        told.hears
            .computeIfAbsent(new Session(it.clientIdentifier(), it.epoch()), _ -> new HashMap<>())
            .computeIfAbsent(device.toString(), _ -> new LinkedHashSet<>())
            .addAll(it.filters());
      }
      default -> {}
    }
  }

  private static <T> T data(OutboxEvent entry, Class<T> type) throws IOException {
    var mapper = ContractJson.mapper();
    return mapper.treeToValue(mapper.readTree(entry.payload()).path("data"), type);
  }

  private static SessionEvent whole(SessionEvent told) {
    if (told.clientIdentifier() == null || told.at() == null) {
      throw new IllegalArgumentException("an event of a session names its client and its time");
    }
    return told;
  }

  private static Uni<Void> begin(SqlConnection db, String site, List<Begun> begun) {
    if (begun.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var values =
        Tuple.tuple()
            .addArrayOfString(strings(begun, it -> it.told.clientIdentifier()))
            .addArrayOfString(strings(begun, it -> it.device.tenant().value()))
            .addArrayOfString(strings(begun, it -> it.device.device().value()))
            .addArrayOfLong(begun.stream().map(it -> it.told.epoch()).toArray(Long[]::new))
            .addArrayOfOffsetDateTime(
                begun.stream()
                    .map(it -> it.told.at().atOffset(ZoneOffset.UTC))
                    .toArray(OffsetDateTime[]::new))
            .addArrayOfLong(begun.stream().map(Begun::at).toArray(Long[]::new))
            .addString(site);
    return db.preparedQuery(BEGIN).execute(values).replaceWithVoid();
  }

  private static <T> String[] strings(List<T> items, Function<T, String> value) {
    return items.stream().map(value).toArray(String[]::new);
  }

  private static Uni<Void> hear(SqlConnection db, Map<Session, Map<String, Set<String>>> hears) {
    if (hears.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var sessions = List.copyOf(hears.keySet());
    var filters = sessions.stream().map(it -> json(hears.get(it))).toArray(String[]::new);
    return db.preparedQuery(HEAR)
        .execute(
            Tuple.tuple()
                .addArrayOfString(strings(sessions, Session::client))
                .addArrayOfLong(sessions.stream().map(Session::epoch).toArray(Long[]::new))
                .addArrayOfString(filters))
        .replaceWithVoid();
  }

  private static String json(Map<String, Set<String>> filters) {
    var object = new JsonObject();
    filters.forEach((device, some) -> object.put(device, List.copyOf(some)));
    return object.encode();
  }

  private static Uni<Void> end(SqlConnection db, List<SessionEvent> ended) {
    if (ended.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return db.preparedQuery(END)
        .execute(
            Tuple.tuple()
                .addArrayOfString(strings(ended, SessionEvent::clientIdentifier))
                .addArrayOfLong(ended.stream().map(SessionEvent::epoch).toArray(Long[]::new)))
        .replaceWithVoid();
  }

  /** What was told of the site is in doubt, until it is told again. */
  static Uni<Void> doubt(SqlConnection db, String site) {
    return db.preparedQuery(DOUBT).execute(Tuple.of(site)).replaceWithVoid();
  }

  /**
   * The site has told again who is connected: of the others the end is told in its place.
   *
   * @return what is to be written into the log
   */
  static Uni<List<OutboxEntry>> untold(
      SqlConnection db, String site, OutboxEvent retold, EventIds ids, Instant now) {
    return after(retold)
        .map(after -> end(db, site, after, ids, now))
        .orElseGet(() -> Uni.createFrom().item(List.of()));
  }

  /** The same of all who are connected there, of a site that is no more. */
  static Uni<List<OutboxEntry>> all(SqlConnection db, String site, EventIds ids, Instant now) {
    return end(db, site, Long.MAX_VALUE, ids, now);
  }

  private static Uni<List<OutboxEntry>> end(
      SqlConnection db, String site, long toldUpTo, EventIds ids, Instant now) {
    return db.preparedQuery(END_UNTOLD)
        .execute(Tuple.of(site, toldUpTo))
        .map(
            rows -> {
              List<OutboxEntry> ends = new ArrayList<>();
              rows.forEach(row -> ends.add(end(row, site, ids, now)));
              return ends;
            });
  }

  private static Optional<Long> after(OutboxEvent retold) {
    try {
      return Optional.of(
          ContractJson.mapper().readValue(retold.payload(), SessionsRetold.class).after());
    } catch (IOException malformed) {
      LOG.warnf("Entry %s of a site's log cannot be read", retold.id());
      return Optional.empty();
    }
  }

  private static OutboxEntry end(Row row, String site, EventIds ids, Instant now) {
    var device = DeviceAddress.of(row.getString(1), row.getString(2));
    var ended = new SessionEvent(site, null, 0, row.getLong(3), row.getString(0), now, UNTOLD);
    return OutboxEntry.event(
        ids.next(),
        PlatformTopic.of(ServiceName.INGEST, DISCONNECTED, device),
        ended,
        now,
        Map.of());
  }
}
