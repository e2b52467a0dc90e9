package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The response documents of AWS IoT's Device Shadow service. Times are seconds since 1970. A client
 * token that is null is left out. Stateless.
 */
final class ShadowMessages {
  private ShadowMessages() {}

  /** What {@code get} is answered: the whole shadow and its delta. */
  static ObjectNode whole(ShadowDocument document, long seconds, String clientToken) {
    var state = document.state();
    var delta = document.delta();
    if (delta != null) {
      state.set("delta", delta);
    }
    return response(state, document.metadata(), document.version(), seconds, clientToken);
  }

  /** What {@code update} is answered: what was asked for, nulls as well. */
  static ObjectNode accepted(
      ShadowUpdate update, ShadowDocument after, long seconds, String clientToken) {
    JsonNode state = update.state() == null ? ShadowJson.object() : update.state();
    return response(state, Section.stamped(state, seconds), after.version(), seconds, clientToken);
  }

  private static ObjectNode response(
      JsonNode state, JsonNode metadata, long version, long seconds, String clientToken) {
    var response = ShadowJson.object();
    response.set("state", state);
    response.set("metadata", metadata);
    response.put("version", version).put("timestamp", seconds);
    return withToken(response, clientToken);
  }

  /** What {@code delete} is answered: the version that was deleted. */
  static ObjectNode deleted(long version, long seconds, String clientToken) {
    return withToken(
        ShadowJson.object().put("version", version).put("timestamp", seconds), clientToken);
  }

  /** What differs. */
  static ObjectNode delta(
      ShadowDocument document, ObjectNode delta, long seconds, String clientToken) {
    var message = ShadowJson.object().put("version", document.version()).put("timestamp", seconds);
    message.set("state", delta);
    message.set("metadata", Delta.metadata(delta, document.desired().metadata()));
    return withToken(message, clientToken);
  }

  /** The shadow before and after an update. */
  static ObjectNode documents(
      ShadowDocument previous, ShadowDocument current, long seconds, String clientToken) {
    var message = ShadowJson.object();
    if (previous.version() > 0) {
      message.set("previous", plain(previous));
    }
    message.set("current", plain(current));
    return withToken(message.put("timestamp", seconds), clientToken);
  }

  private static ObjectNode plain(ShadowDocument document) {
    var plain = ShadowJson.object();
    plain.set("state", document.state());
    plain.set("metadata", document.metadata());
    return plain.put("version", document.version());
  }

  static ObjectNode rejected(ShadowRefusal refusal, long seconds, String clientToken) {
    return withToken(
        ShadowJson.object()
            .put("code", refusal.code())
            .put("message", refusal.message())
            .put("timestamp", seconds),
        clientToken);
  }

  private static ObjectNode withToken(ObjectNode message, String clientToken) {
    return clientToken == null ? message : message.put("clientToken", clientToken);
  }
}
