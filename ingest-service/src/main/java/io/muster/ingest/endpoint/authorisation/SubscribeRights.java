package io.muster.ingest.endpoint.authorisation;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.topic.TopicFilter;
import java.util.Optional;

/**
 * Judges topic filters: which device's downward topics one stays within (docs/architecture.md), if
 * any. Stateless.
 */
public final class SubscribeRights {
  private static final String SHARE = "$share/";

  /**
   * Of a topic filter; topic names for devices are far shorter. It is kept while it is subscribed.
   */
  private static final int MAX_CHARACTERS = 1_024;

  private static final String AWS = "$aws/things/";

  private SubscribeRights() {}

  /** What a filter asks for. */
  public sealed interface Reading {
    /**
     * @param device whose downward topics it stays within; who may have them is another question
     */
    record Of(DeviceAddress device, TopicFilter filter) implements Reading {}

    /** A shared subscription. */
    enum Shared implements Reading {
      SHARED
    }

    /** Not a topic filter at all, or a longer one than matches anything. */
    enum Invalid implements Reading {
      INVALID
    }

    /** It reaches beyond one device's downward topics. */
    enum TooWide implements Reading {
      TOO_WIDE
    }
  }

  /** Reads a filter as a client wrote it. */
  public static Reading read(String filter) {
    if (filter.startsWith(SHARE)) {
      return Reading.Shared.SHARED;
    }
    if (filter.length() > MAX_CHARACTERS || !TopicFilter.isValid(filter)) {
      return Reading.Invalid.INVALID;
    }
    return owner(filter)
        .<Reading>map(device -> new Reading.Of(device, new TopicFilter(filter)))
        .orElse(Reading.TooWide.TOO_WIDE);
  }

  private static Optional<DeviceAddress> owner(String filter) {
    try {
      if (filter.startsWith(AWS)) {
        return thing(filter.substring(AWS.length()));
      }
      var level = filter.split("/", 4);
      if (level.length < 4) {
        return Optional.empty();
      }
      var within =
          switch (level[0]) {
            case "command" -> level[3].equals("req") || level[3].startsWith("req/");
            case "shadow" -> true;
            case "firmware" -> level[3].equals("notify");
            default -> false;
          };
      return within ? Optional.of(DeviceAddress.of(level[1], level[2])) : Optional.empty();
    } catch (MalformedIdException wildcardOrWrong) {
      return Optional.empty();
    }
  }

  private static Optional<DeviceAddress> thing(String nameAndRest) {
    var slash = nameAndRest.indexOf('/');
    var colon = nameAndRest.indexOf(':');
    if (colon < 0 || slash < colon) {
      return Optional.empty();
    }
    return Optional.of(
        DeviceAddress.of(nameAndRest.substring(0, colon), nameAndRest.substring(colon + 1, slash)));
  }
}
