package io.muster.command.queue;

import io.muster.command.life.Command;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.outbox.OutboxEntry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A command on its way into the outbox. */
record OutgoingCommand(DeviceAddress device, Command command) {
  private static final String CONTENT =
      """
      SELECT c.key, c.content_type, coalesce(c.payload, j.payload) AS payload, c.traceparent,
             c.tracestate
        FROM command AS c LEFT JOIN job AS j ON j.key = c.job_key
       WHERE c.key = ANY ($1)\
      """;

  /** The outbox's entries, in the same order. */
  static Uni<List<OutboxEntry>> entries(
      SqlConnection db, List<OutgoingCommand> outgoing, Instant now) {
    var keys = outgoing.stream().map(it -> it.command().key()).toArray(Long[]::new);
    return db.preparedQuery(CONTENT)
        .execute(Tuple.of((Object) keys))
        .map(
            rows -> {
              Map<Long, Row> content = new HashMap<>();
              rows.forEach(row -> content.put(row.getLong("key"), row));
              return outgoing.stream()
                  .map(it -> it.entry(content.get(it.command().key()), now))
                  .toList();
            });
  }

  private OutboxEntry entry(Row content, Instant now) {
    return new OutboxEntry(
        command.attempt().messageId(),
        topic(),
        command.terms().qos(),
        content.getString("content_type"),
        trace(content),
        content.getBuffer("payload").getBytes(),
        now,
        new CarriedProperties(null, null, command.terms().expiresAt()));
  }

  /** {@code command/{tenant}/{device}/req/{requestId}/{name}}, without the id for one-way ones. */
  private String topic() {
    var id = command.terms().oneWay() ? "" : command.id().toString();
    return "command/" + device + "/req/" + id + "/" + command.name();
  }

  private static UserProperties trace(Row content) {
    var properties = UserProperties.builder();
    if (content.getString("traceparent") != null) {
      properties.add("traceparent", content.getString("traceparent"));
    }
    if (content.getString("tracestate") != null) {
      properties.add("tracestate", content.getString("tracestate"));
    }
    return properties.build();
  }
}
