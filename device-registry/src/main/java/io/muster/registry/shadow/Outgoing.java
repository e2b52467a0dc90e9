package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.message.UserProperties;
import io.muster.outbox.EventIds;
import io.muster.outbox.OutboxEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a transaction says to devices, in order. Answers go to the topics of their request, deltas
 * and documents to those of both families. For one thread.
 */
final class Outgoing {
  private static final String JSON = "application/json";

  private final EventIds ids;
  private final Instant now;
  private final List<OutboxEntry> entries = new ArrayList<>();
  private final Map<DeltaKey, SentDelta> deltas = new HashMap<>();

  private record DeltaKey(int shadowKey, Family family) {}

  Outgoing(EventIds ids, Instant now) {
    this.ids = ids;
    this.now = now;
  }

  List<OutboxEntry> entries() {
    return entries;
  }

  /** The last one of each shadow and family. */
  List<SentDelta> deltas() {
    return List.copyOf(deltas.values());
  }

  void answer(String topicName, ObjectNode message, UserProperties trace) {
    add(topicName, message, trace);
  }

  /** Tells of an update. */
  void updated(
      ShadowPlace place,
      StoredShadow after,
      ShadowDocument before,
      String clientToken,
      UserProperties trace) {
    var documents =
        ShadowMessages.documents(before, after.document(), now.getEpochSecond(), clientToken);
    for (var family : Family.values()) {
      delta(place, after, family, clientToken, trace);
      add(family.documents(place.device(), place.name()), documents, trace);
    }
  }

  /** Tells what differs, if anything does. */
  void delta(
      ShadowPlace place,
      StoredShadow shadow,
      Family family,
      String clientToken,
      UserProperties trace) {
    var delta = shadow.document().delta();
    if (delta == null) {
      return;
    }
    var message = ShadowMessages.delta(shadow.document(), delta, now.getEpochSecond(), clientToken);
    var entry = add(family.delta(place.device(), place.name()), message, trace);
    deltas.put(
        new DeltaKey(shadow.key(), family),
        new SentDelta(shadow.key(), shadow.id(), family, entry.id()));
  }

  private OutboxEntry add(String topicName, ObjectNode message, UserProperties trace) {
    var entry =
        new OutboxEntry(
            ids.next(), topicName, 1, JSON, trace, ShadowJson.bytes(message), now, null);
    entries.add(entry);
    return entry;
  }
}
