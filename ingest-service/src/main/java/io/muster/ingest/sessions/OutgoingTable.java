package io.muster.ingest.sessions;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The table of the QoS 2 messages that are on their way to devices. Stateless. */
final class OutgoingTable {
  /**
   * Only for a connection that still has its session. The lock keeps another one from taking it
   * before this is committed, so that whoever takes it sees it; it holds up nobody else. What an
   * answer that was lost has left under the identifier was never sent.
   */
  private static final String BEGIN =
      """
      WITH owned AS (
        SELECT r.* FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::text[], $5::bytea[],
            $6::text[], $7::text[], $8::bytea[], $9::text[], $10::text[], $11::timestamptz[],
            $12::integer[])
            WITH ORDINALITY
          AS r (session_key, packet_identifier, epoch, topic, payload, content_type, response_topic,
            correlation_data, user_properties, subscription_identifiers, expires_at,
            payload_format, nth)
          JOIN mqtt_session s ON s.session_key = r.session_key AND s.epoch = r.epoch
         ORDER BY r.session_key FOR KEY SHARE OF s
      )
      INSERT INTO outgoing_exactly_once (session_key, packet_identifier, epoch, topic, payload,
        content_type, response_topic, correlation_data, user_properties, subscription_identifiers,
        expires_at, payload_format)
      SELECT session_key, packet_identifier, epoch, topic, payload, content_type, response_topic,
        correlation_data, user_properties::jsonb, subscription_identifiers::jsonb, expires_at,
        payload_format
        FROM owned ORDER BY nth
      ON CONFLICT (session_key, packet_identifier) DO UPDATE SET epoch = excluded.epoch,
        place = excluded.place, topic = excluded.topic, payload = excluded.payload,
        content_type = excluded.content_type, response_topic = excluded.response_topic,
        correlation_data = excluded.correlation_data, user_properties = excluded.user_properties,
        subscription_identifiers = excluded.subscription_identifiers,
        expires_at = excluded.expires_at, payload_format = excluded.payload_format
      RETURNING session_key, packet_identifier, epoch
      """;

  private static final String TAKEN =
      """
      UPDATE outgoing_exactly_once o SET topic = NULL, payload = NULL, content_type = NULL,
        response_topic = NULL, correlation_data = NULL, user_properties = NULL,
        subscription_identifiers = NULL, expires_at = NULL, payload_format = NULL
      FROM unnest($1::bigint[], $2::integer[], $3::bigint[])
        AS r (session_key, packet_identifier, epoch)
      WHERE o.session_key = r.session_key AND o.packet_identifier = r.packet_identifier
        AND o.epoch = r.epoch
      RETURNING o.session_key, o.packet_identifier, o.epoch
      """;

  private static final String OVER =
      """
      DELETE FROM outgoing_exactly_once o
      USING unnest($1::bigint[], $2::integer[], $3::bigint[])
        AS r (session_key, packet_identifier, epoch)
      WHERE o.session_key = r.session_key AND o.packet_identifier = r.packet_identifier
        AND o.epoch = r.epoch
      RETURNING o.session_key, o.packet_identifier, o.epoch
      """;

  /** Those of sessions that have ended. */
  private static final String FORGET_ORPHANS =
      """
      DELETE FROM outgoing_exactly_once o
      WHERE NOT EXISTS (SELECT 1 FROM mqtt_session s WHERE s.session_key = o.session_key)
      """;

  private OutgoingTable() {}

  /** An identifier as one connection uses it. */
  record Key(long sessionKey, int packetIdentifier, long epoch) {}

  /** A message to keep, and who waits to hear whether it is. */
  record Begun(Key key, OutgoingMessage.Message message, UniEmitter<? super Boolean> waiting) {}

  /** A step of an exchange, and who waits to hear whether there was one. */
  record Step(Kind kind, Key key, UniEmitter<? super Boolean> waiting) {}

  enum Kind {
    TAKEN(OutgoingTable.TAKEN),
    OVER(OutgoingTable.OVER);

    private final String sql;

    Kind(String sql) {
      this.sql = sql;
    }
  }

  static Uni<Void> begin(SqlClient db, List<Begun> begun) {
    var messages = begun.stream().map(Begun::message).toList();
    var values =
        keys(begun.stream().map(Begun::key).toList())
            .addArrayOfString(texts(messages, OutgoingMessage.Message::topic))
            .addValue(buffers(messages, OutgoingMessage.Message::payload))
            .addArrayOfString(texts(messages, OutgoingMessage.Message::contentType))
            .addArrayOfString(texts(messages, OutgoingMessage.Message::responseTopic))
            .addValue(buffers(messages, OutgoingMessage.Message::correlationData))
            .addArrayOfString(texts(messages, OutgoingTable::properties))
            .addArrayOfString(texts(messages, OutgoingTable::subscriptions))
            .addArrayOfOffsetDateTime(
                messages.stream().map(OutgoingTable::expiry).toArray(OffsetDateTime[]::new))
            .addArrayOfInteger(
                messages.stream()
                    .map(OutgoingMessage.Message::payloadFormat)
                    .toArray(Integer[]::new));
    return db.preparedQuery(BEGIN)
        .execute(values)
        .map(OutgoingTable::found)
        .invoke(kept -> begun.forEach(it -> it.waiting.complete(kept.contains(it.key))))
        .replaceWithVoid();
  }

  /** In their order. */
  static Uni<Void> step(SqlClient db, List<Step> steps) {
    Uni<Void> all = Uni.createFrom().voidItem();
    for (var kind : Kind.values()) {
      var some = steps.stream().filter(it -> it.kind == kind).toList();
      if (!some.isEmpty()) {
        all = all.chain(() -> step(db, kind, some));
      }
    }
    return all;
  }

  private static Uni<Void> step(SqlClient db, Kind kind, List<Step> steps) {
    return db.preparedQuery(kind.sql)
        .execute(keys(steps.stream().map(Step::key).toList()))
        .map(OutgoingTable::found)
        .invoke(found -> steps.forEach(it -> it.waiting.complete(found.contains(it.key))))
        .replaceWithVoid();
  }

  static Uni<Void> forgetOrphans(SqlClient db) {
    return db.preparedQuery(FORGET_ORPHANS).execute().replaceWithVoid();
  }

  private static Tuple keys(List<Key> keys) {
    return Tuple.tuple()
        .addArrayOfLong(keys.stream().map(Key::sessionKey).toArray(Long[]::new))
        .addArrayOfInteger(keys.stream().map(Key::packetIdentifier).toArray(Integer[]::new))
        .addArrayOfLong(keys.stream().map(Key::epoch).toArray(Long[]::new));
  }

  private static Set<Key> found(RowSet<Row> rows) {
    Set<Key> found = new HashSet<>();
    rows.forEach(row -> found.add(new Key(row.getLong(0), row.getInteger(1), row.getLong(2))));
    return found;
  }

  private static String[] texts(
      List<OutgoingMessage.Message> messages, Function<OutgoingMessage.Message, String> text) {
    return messages.stream().map(text).toArray(String[]::new);
  }

  private static Buffer[] buffers(
      List<OutgoingMessage.Message> messages, Function<OutgoingMessage.Message, byte[]> bytes) {
    return messages.stream()
        .map(bytes)
        .map(it -> it == null ? null : Buffer.buffer(it))
        .toArray(Buffer[]::new);
  }

  private static String properties(OutgoingMessage.Message message) {
    return new JsonArray(message.userProperties().pairs()).encode();
  }

  private static String subscriptions(OutgoingMessage.Message message) {
    return new JsonArray(message.subscriptionIdentifiers()).encode();
  }

  private static OffsetDateTime expiry(OutgoingMessage.Message message) {
    return message.expiresAt() == null ? null : message.expiresAt().atOffset(ZoneOffset.UTC);
  }
}
