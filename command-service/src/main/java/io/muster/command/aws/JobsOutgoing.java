package io.muster.command.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.outbox.EventIds;
import io.muster.outbox.Outbox;
import io.muster.outbox.OutboxEntry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** What a transaction says to devices, in order; documents are read when it is known which. */
final class JobsOutgoing {
  private static final String JSON = "application/json";
  private static final String DOCUMENT = "jobDocument";

  private final EventIds ids;
  private final Instant now;
  private final List<Message> messages = new ArrayList<>();

  /**
   * @param holder of the document, within the body; null without one
   * @param documentOf the key of the command whose it is, or null
   */
  private record Message(
      UUID id,
      String topicName,
      ObjectNode body,
      ObjectNode holder,
      Long documentOf,
      UserProperties trace) {}

  JobsOutgoing(EventIds ids, Instant now) {
    this.ids = ids;
    this.now = now;
  }

  /** The topic name under which a device is told of its jobs. */
  static String topicName(DeviceAddress device, String rest) {
    return "aws/" + device + "/jobs/" + rest;
  }

  int size() {
    return messages.size();
  }

  /** Gives the message's id. */
  UUID say(String topicName, ObjectNode body, UserProperties trace) {
    return say(topicName, body, null, null, trace);
  }

  /**
   * Says it with a job's document.
   *
   * @param holder the object within the body that the document is put into
   */
  UUID say(
      String topicName, ObjectNode body, ObjectNode holder, Long documentOf, UserProperties trace) {
    var message = new Message(ids.next(), topicName, body, holder, documentOf, trace);
    messages.add(message);
    return message.id();
  }

  Uni<Void> write(SqlConnection db) {
    if (messages.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var commands = messages.stream().map(Message::documentOf).filter(Objects::nonNull).toList();
    return ExecutionTable.documents(db, commands)
        .flatMap(documents -> Outbox.append(db, entries(documents)))
        .replaceWithVoid();
  }

  private List<OutboxEntry> entries(Map<Long, String> documents) {
    return messages.stream().map(it -> entry(it, documents)).toList();
  }

  private OutboxEntry entry(Message message, Map<Long, String> documents) {
    if (message.holder() != null) {
      message.holder().putRawValue(DOCUMENT, new RawValue(documents.get(message.documentOf())));
    }
    return new OutboxEntry(
        message.id(),
        message.topicName(),
        1,
        JSON,
        message.trace(),
        JobsJson.bytes(message.body()),
        now,
        null);
  }
}
