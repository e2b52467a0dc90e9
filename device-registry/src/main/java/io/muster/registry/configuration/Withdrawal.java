package io.muster.registry.configuration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.registry.shadow.DesiredStates;

/**
 * What a device's desired state loses with a configuration, and what it gets. Taken back is what
 * still stands as the configuration set it; what somebody has changed since is theirs. Stateless.
 */
final class Withdrawal {
  private Withdrawal() {}

  /**
   * The change of what is desired.
   *
   * @param present what is desired now
   * @param old what the configuration set, or null when it set nothing yet
   * @param next what it sets now, or null when it is taken back
   * @return objects merge, null removes; empty when nothing is to change
   */
  static ObjectNode patch(ObjectNode present, ObjectNode old, ObjectNode next) {
    var patch = present.objectNode();
    if (old != null) {
      takeBack(patch, present, old, next == null ? present.objectNode() : next);
    }
    if (next != null) {
      set(patch, present, next);
    }
    return patch;
  }

  private static void takeBack(
      ObjectNode patch, ObjectNode present, ObjectNode old, ObjectNode next) {
    for (var member : old.properties()) {
      var name = member.getKey();
      var now = present.get(name);
      if (now == null) {
        continue;
      }
      if (member.getValue() instanceof ObjectNode inner && now instanceof ObjectNode innerNow) {
        var innerNext = next.get(name) instanceof ObjectNode object ? object : present.objectNode();
        if (next.has(name) && !next.get(name).isObject()) {
          continue;
        }
        var innerPatch = patch.objectNode();
        takeBack(innerPatch, innerNow, inner, innerNext);
        if (!innerPatch.isEmpty()) {
          patch.set(name, innerPatch);
        }
      } else if (!next.has(name) && DesiredStates.same(now, member.getValue())) {
        patch.putNull(name);
      }
    }
  }

  private static void set(ObjectNode patch, ObjectNode present, ObjectNode next) {
    for (var member : next.properties()) {
      var name = member.getKey();
      var now = present.get(name);
      if (member.getValue() instanceof ObjectNode inner && now instanceof ObjectNode innerNow) {
        var innerPatch = patch.get(name) instanceof ObjectNode begun ? begun : patch.objectNode();
        set(innerPatch, innerNow, inner);
        if (!innerPatch.isEmpty()) {
          patch.set(name, innerPatch);
        }
      } else if (now == null || !DesiredStates.same(now, member.getValue())) {
        patch.set(name, member.getValue().deepCopy());
      }
    }
  }

  /** Sets what a configuration sets and is not there now, whatever there is instead of the rest. */
  static ObjectNode missing(ObjectNode present, ObjectNode desired) {
    var patch = present.objectNode();
    for (var member : desired.properties()) {
      var now = present.get(member.getKey());
      if (now == null) {
        patch.set(member.getKey(), member.getValue().deepCopy());
      } else if (now instanceof ObjectNode innerNow
          && member.getValue() instanceof ObjectNode inner) {
        var innerPatch = missing(innerNow, inner);
        if (!innerPatch.isEmpty()) {
          patch.set(member.getKey(), innerPatch);
        }
      }
    }
    return patch;
  }
}
