package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One half of a shadow's state, desired or reported, and when each of its values was set. The
 * metadata is shaped as the state is, with {@code {"timestamp": seconds}} in the place of each
 * value; arrays have it for each element. Immutable: who has the nodes must not change them.
 *
 * @param state null when there is none; never an empty object, nor one that holds such
 * @param metadata null when there is no state
 */
record Section(ObjectNode state, ObjectNode metadata) {
  static final Section NONE = new Section(null, null);

  boolean isNone() {
    return state == null;
  }

  /**
   * What an update makes of it: objects merge, null removes, all else replaces, arrays as a whole.
   * An object that has no member left goes.
   *
   * @param patch null to remove all
   * @param seconds since 1970, for the values that the patch names
   */
  Section merged(ObjectNode patch, long seconds) {
    if (patch == null) {
      return NONE;
    }
    var newState = isNone() ? ShadowJson.object() : state.deepCopy();
    var newMetadata = isNone() ? ShadowJson.object() : metadata.deepCopy();
    merge(newState, newMetadata, patch, seconds);
    return newState.isEmpty() ? NONE : new Section(newState, newMetadata);
  }

  private static void merge(ObjectNode state, ObjectNode metadata, ObjectNode patch, long seconds) {
    for (var member : patch.properties()) {
      var name = member.getKey();
      switch (member.getValue()) {
        case ObjectNode inner -> mergeInner(state, metadata, name, inner, seconds);
        case JsonNode nothing when nothing.isNull() -> remove(state, metadata, name);
        case JsonNode value -> {
          state.set(name, value.deepCopy());
          metadata.set(name, stamped(value, seconds));
        }
      }
    }
  }

  private static void mergeInner(
      ObjectNode state, ObjectNode metadata, String name, ObjectNode inner, long seconds) {
    if (!(state.get(name) instanceof ObjectNode)) {
      state.set(name, ShadowJson.object());
      metadata.set(name, ShadowJson.object());
    }
    var innerState = (ObjectNode) state.get(name);
    merge(innerState, (ObjectNode) metadata.get(name), inner, seconds);
    if (innerState.isEmpty()) {
      remove(state, metadata, name);
    }
  }

  private static void remove(ObjectNode state, ObjectNode metadata, String name) {
    state.remove(name);
    metadata.remove(name);
  }

  /** The metadata of values that are set now; of what a patch removes as well. */
  static JsonNode stamped(JsonNode value, long seconds) {
    return switch (value) {
      case ObjectNode members -> {
        var stamps = ShadowJson.object();
        members
            .properties()
            .forEach(it -> stamps.set(it.getKey(), stamped(it.getValue(), seconds)));
        yield stamps;
      }
      case ArrayNode elements -> {
        var stamps = elements.arrayNode();
        elements.forEach(it -> stamps.add(stamped(it, seconds)));
        yield stamps;
      }
      default -> ShadowJson.object().put("timestamp", seconds);
    };
  }
}
