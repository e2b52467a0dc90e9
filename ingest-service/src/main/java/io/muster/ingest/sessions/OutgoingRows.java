package io.muster.ingest.sessions;

import io.muster.contract.message.UserProperties;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Reads rows of the QoS 2 messages that are on their way to devices. Stateless. */
final class OutgoingRows {
  /** What {@link #read} wants, in this order. */
  static final String COLUMNS =
      "place, packet_identifier, topic, payload, content_type, response_topic, correlation_data,"
          + " user_properties, subscription_identifiers, expires_at, payload_format";

  /** Messages of one session, in the order in which they were first sent. */
  static List<OutgoingMessage> read(RowSet<Row> rows) {
    List<Row> ordered = new ArrayList<>(rows.size());
    rows.forEach(ordered::add);
    ordered.sort(Comparator.comparing(row -> row.getLong(0)));
    return ordered.stream().map(OutgoingRows::outgoing).toList();
  }

  private static OutgoingMessage outgoing(Row row) {
    return new OutgoingMessage(row.getInteger(1), row.getString(2) == null ? null : message(row));
  }

  private static OutgoingMessage.Message message(Row row) {
    var identifiers = row.getJsonArray(8);
    var expiresAt = row.getOffsetDateTime(9);
    return new OutgoingMessage.Message(
        row.getString(2),
        bytes(row.getBuffer(3)),
        row.getInteger(10),
        row.getString(4),
        row.getString(5),
        bytes(row.getBuffer(6)),
        UserProperties.fromJson(row.getJsonArray(7)),
        IntStream.range(0, identifiers.size()).mapToObj(identifiers::getInteger).toList(),
        expiresAt == null ? null : expiresAt.toInstant());
  }

  private static byte[] bytes(Buffer buffer) {
    return buffer == null ? null : buffer.getBytes();
  }

  private OutgoingRows() {}
}
