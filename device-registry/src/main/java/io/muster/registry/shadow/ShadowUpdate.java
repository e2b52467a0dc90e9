package io.muster.registry.shadow;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * A checked change of a shadow.
 *
 * @param state as it was sent, or null to clear both sections
 * @param expectedVersion the version that it is based on, or null for any
 */
record ShadowUpdate(ObjectNode state, Long expectedVersion) {
  static final String DESIRED = "desired";
  static final String REPORTED = "reported";

  private static final Set<String> SECTIONS = Set.of(DESIRED, REPORTED);

  /** PostgreSQL writes numbers out: an exponent must not make kilobytes of a few characters. */
  private static final int MAX_SCALE = 400;

  /** What a client desires, and nothing else. */
  static ShadowUpdate desired(ObjectNode patch) {
    return new ShadowUpdate(ShadowJson.object().set(DESIRED, patch), null);
  }

  /**
   * @throws ShadowRefusedException with 400 when it is none
   */
  static ShadowUpdate read(ObjectNode body, ShadowRules rules) {
    var version = version(body.get("version"));
    var state = body.get("state");
    if (state == null) {
      throw wrong("Missing required node: state", "/state");
    }
    if (state.isNull()) {
      return new ShadowUpdate(null, version);
    }
    if (!(state instanceof ObjectNode sections)) {
      throw wrong("State node must be an object", "/state");
    }
    for (var member : sections.properties()) {
      if (!SECTIONS.contains(member.getKey())) {
        var at = JsonPointer.compile("/state").appendProperty(member.getKey());
        throw wrong("State contains an invalid node", at.toString());
      }
    }
    check(sections.get(DESIRED), DESIRED, "Desired", rules);
    check(sections.get(REPORTED), REPORTED, "Reported", rules);
    return new ShadowUpdate(sections, version);
  }

  private static Long version(JsonNode node) {
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
      throw wrong("Invalid version", "/version");
    }
    return node.longValue();
  }

  private static void check(JsonNode section, String name, String label, ShadowRules rules) {
    if (section == null || section.isNull()) {
      return;
    }
    if (!section.isObject()) {
      throw wrong(label + " node must be an object", "/state/" + name);
    }
    checkNode(section, JsonPointer.compile("/state/" + name), 0, rules.maxDepth());
  }

  private static void checkNode(JsonNode node, JsonPointer at, int depth, int maxDepth) {
    switch (node) {
      case ObjectNode members -> {
        for (var member : members.properties()) {
          var inner = at.appendProperty(member.getKey());
          checkDepth(inner, depth + 1, maxDepth);
          checkText(member.getKey(), at);
          checkNode(member.getValue(), inner, depth + 1, maxDepth);
        }
      }
      case ArrayNode elements -> {
        for (int i = 0; i < elements.size(); i++) {
          var inner = at.appendIndex(i);
          if (elements.get(i).isNull()) {
            throw invalid(inner);
          }
          checkDepth(inner, depth + 1, maxDepth);
          checkNode(elements.get(i), inner, depth + 1, maxDepth);
        }
      }
      case JsonNode text when text.isTextual() -> checkText(text.textValue(), at);
      case JsonNode number when number.isNumber() -> checkNumber(number, at);
      default -> {}
    }
  }

  private static void checkDepth(JsonPointer at, int depth, int maxDepth) {
    if (depth > maxDepth) {
      throw wrong(
          "JSON contains too many levels of nesting; maximum is " + maxDepth, at.toString());
    }
  }

  private static void checkNumber(JsonNode number, JsonPointer at) {
    if (!number.isIntegralNumber() && Math.abs((long) number.decimalValue().scale()) > MAX_SCALE) {
      throw invalid(at);
    }
  }

  /** PostgreSQL stores no NUL; half a surrogate pair is no character in UTF-8. */
  private static void checkText(String text, JsonPointer at) {
    var storable =
        text.codePoints().allMatch(c -> c != 0 && Character.getType(c) != Character.SURROGATE);
    if (!storable) {
      throw invalid(at);
    }
  }

  private static ShadowRefusedException invalid(JsonPointer at) {
    return wrong("State contains an invalid node", at.toString());
  }

  private static ShadowRefusedException wrong(String message, String pointer) {
    return ShadowRefusal.malformed(message, pointer).asException();
  }
}
