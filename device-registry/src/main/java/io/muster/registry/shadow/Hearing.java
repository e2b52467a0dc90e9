package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.id.ShadowName;
import io.muster.contract.topic.DownwardTopic;
import io.muster.contract.topic.TopicFilter;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which deltas of a device a subscription hears.
 *
 * @param name of the shadow, empty for the classic one, {@value #EVERY} for all that have a name
 */
record Hearing(Family family, String name) {
  static final String EVERY = "*";

  /** All deltas of a device. */
  static final Set<Hearing> ALL =
      Set.of(
          new Hearing(Family.MUSTER, ""),
          new Hearing(Family.MUSTER, EVERY),
          new Hearing(Family.AWS, ""),
          new Hearing(Family.AWS, EVERY));

  /** A name that no filter is about. */
  private static final ShadowName ANY = new ShadowName("any");

  boolean covers(ShadowName shadow) {
    return name.equals(shadow.value()) || name.equals(EVERY) && !shadow.isClassic();
  }

  /** What topic filters hear that a client wrote. */
  static Set<Hearing> of(DeviceAddress device, Collection<String> filters) {
    Set<Hearing> hearings = new HashSet<>();
    for (var text : filters) {
      if (!TopicFilter.isValid(text)) {
        continue;
      }
      var filter = new TopicFilter(text);
      for (var family : Family.values()) {
        if (hears(filter, family, device, ShadowName.CLASSIC)) {
          hearings.add(new Hearing(family, ""));
        }
        var named = namedBy(text);
        if (hears(filter, family, device, named.orElse(ANY))) {
          hearings.add(new Hearing(family, named.map(ShadowName::value).orElse(EVERY)));
        }
      }
    }
    return hearings;
  }

  private static boolean hears(
      TopicFilter filter, Family family, DeviceAddress device, ShadowName name) {
    return DownwardTopic.parse(family.delta(device, name))
        .filter(topic -> filter.matches(topic.deviceName()))
        .isPresent();
  }

  /** The one shadow that a filter names, {@code …/name/{name}/…}; empty for a wildcard. */
  private static Optional<ShadowName> namedBy(String filter) {
    var level = filter.split("/", -1);
    for (int i = 3; i + 1 < level.length; i++) {
      if (level[i].equals("name")) {
        return literal(level[i + 1]);
      }
    }
    return Optional.empty();
  }

  private static Optional<ShadowName> literal(String level) {
    try {
      return Optional.of(new ShadowName(level)).filter(name -> !name.isClassic());
    } catch (MalformedIdException wildcardOrUnknown) {
      return Optional.empty();
    }
  }
}
