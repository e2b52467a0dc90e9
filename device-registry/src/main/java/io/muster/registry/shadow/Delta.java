package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What is desired and not reported so: of objects the members that differ, of all else the desired
 * value. What is reported alone does not belong to it. Stateless.
 */
final class Delta {
  private Delta() {}

  /**
   * @return null when there is none
   */
  static ObjectNode of(ObjectNode desired, ObjectNode reported) {
    if (desired == null) {
      return null;
    }
    var differing = reported == null ? desired.deepCopy() : members(desired, reported);
    return differing.isEmpty() ? null : differing;
  }

  private static ObjectNode members(ObjectNode desired, ObjectNode reported) {
    var differing = ShadowJson.object();
    for (var member : desired.properties()) {
      var wanted = member.getValue();
      var present = reported.get(member.getKey());
      if (wanted instanceof ObjectNode inner && present instanceof ObjectNode innerPresent) {
        var innerDifference = members(inner, innerPresent);
        if (!innerDifference.isEmpty()) {
          differing.set(member.getKey(), innerDifference);
        }
      } else if (present == null || !same(wanted, present)) {
        differing.set(member.getKey(), wanted.deepCopy());
      }
    }
    return differing;
  }

  /** The metadata of the desired values that a delta holds. */
  static ObjectNode metadata(ObjectNode delta, ObjectNode ofDesired) {
    var found = ShadowJson.object();
    for (var member : delta.properties()) {
      var stamps = ofDesired.get(member.getKey());
      found.set(
          member.getKey(),
          member.getValue() instanceof ObjectNode inner
              ? metadata(inner, (ObjectNode) stamps)
              : stamps.deepCopy());
    }
    return found;
  }

  /** Numbers by their value: 1 is 1.0. */
  static boolean same(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      return one.decimalValue().compareTo(other.decimalValue()) == 0;
    }
    if (one.isArray() && other.isArray()) {
      if (one.size() != other.size()) {
        return false;
      }
      for (int i = 0; i < one.size(); i++) {
        if (!same(one.get(i), other.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (one.isObject() && other.isObject()) {
      return one.size() == other.size()
          && one.properties().stream()
              .allMatch(
                  it -> other.has(it.getKey()) && same(it.getValue(), other.get(it.getKey())));
    }
    return one.equals(other);
  }
}
