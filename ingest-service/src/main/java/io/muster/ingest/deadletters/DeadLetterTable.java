package io.muster.ingest.deadletters;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes the table {@code dead_letter}, in the caller's transaction. Stateless. */
public final class DeadLetterTable {
  /** Inserts letters; those that are there already stay as they are. */
  public static final String INSERT =
      """
      INSERT INTO dead_letter (id, tenant, publisher, device, topic, qos, content_type,
                               user_properties, payload, payload_bytes, reason, detail, received_at)
      SELECT id, tenant, publisher, device, topic, qos, content_type,
             user_properties::jsonb, payload, payload_bytes, reason, detail, received_at
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[],
                    $7::text[], $8::text[], $9::bytea[], $10::integer[], $11::text[], $12::text[],
                    $13::timestamptz[])
          AS letter (id, tenant, publisher, device, topic, qos, content_type, user_properties,
                     payload, payload_bytes, reason, detail, received_at)
      ON CONFLICT (id) DO NOTHING""";

  private static final int COLUMNS = 13;

  private DeadLetterTable() {}

  /**
   * Inserts them; those that are there already stay as they are.
   *
   * @param transaction the connection on which the caller's transaction is open
   */
  public static Future<Void> insert(SqlClient transaction, List<DeadLetter> letters) {
    return transaction.preparedQuery(INSERT).execute(rows(letters)).mapEmpty();
  }

  /** The parameters of {@link #INSERT}. */
  public static Tuple rows(List<DeadLetter> letters) {
    var n = letters.size();
    var column =
        new Object[][] {
          new UUID[n],
          new String[n],
          new String[n],
          new String[n],
          new String[n],
          new Short[n],
          new String[n],
          new String[n],
          new Buffer[n],
          new Integer[n],
          new String[n],
          new String[n],
          new OffsetDateTime[n]
        };
    for (int i = 0; i < n; i++) {
      var row = row(letters.get(i));
      for (int c = 0; c < COLUMNS; c++) {
        column[c][i] = row[c];
      }
    }
    var tuple = Tuple.tuple();
    for (var values : column) {
      tuple.addValue(values);
    }
    return tuple;
  }

  private static Object[] row(DeadLetter letter) {
    return new Object[] {
      letter.id(),
      letter.publisher().tenant().value(),
      letter.publisher().device().value(),
      letter.device().map(device -> device.device().value()).orElse(null),
      storable(letter.topic()),
      (short) letter.qos(),
      storable(letter.contentType()),
      storable(json(letter.userProperties())),
      Buffer.buffer(letter.payload()),
      letter.payloadBytes(),
      letter.reason().label(),
      letter.detail(),
      letter.receivedAt().atOffset(ZoneOffset.UTC)
    };
  }

  private static String json(Map<String, String> properties) {
    if (properties.isEmpty()) {
      return "{}";
    }
    var clean = new JsonObject();
    properties.forEach((name, value) -> clean.put(storable(name), storable(value)));
    return clean.encode();
  }

  /** PostgreSQL's text holds no U+0000; here of all places a message must not fail for it. */
  private static String storable(String text) {
    return text == null ? null : text.replace('\0', '\uFFFD');
  }
}
