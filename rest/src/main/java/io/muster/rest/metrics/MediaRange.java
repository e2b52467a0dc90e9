package io.muster.rest.metrics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One of the media ranges of an {@code Accept} (RFC 9110 §12.5.1). Immutable.
 *
 * @param type in lower case, as {@code text/plain}, or with {@code *}
 * @param parameters without the weight
 * @param weight from 0, not acceptable, to 1
 */
record MediaRange(String type, Map<String, String> parameters, double weight) {
  private static final String ANY = "*/*";
  private static final String WEIGHT = "q";

  MediaRange {
    parameters = Map.copyOf(parameters);
  }

  /** Those of a header; what cannot be read is left out. */
  static List<MediaRange> all(String accept) {
    return Arrays.stream(accept.split(",")).flatMap(it -> read(it).stream()).toList();
  }

  private static Optional<MediaRange> read(String text) {
    var parts = text.toLowerCase(Locale.ROOT).split(";", -1);
    var type = parts[0].strip();
    var parameters =
        Arrays.stream(parts)
            .skip(1)
            .map(it -> it.split("=", 2))
            .filter(it -> it.length == 2)
            .collect(
                Collectors.toMap(
                    it -> it[0].strip(),
                    it -> unquoted(it[1].strip()),
                    (first, more) -> first,
                    HashMap::new));
    var weight = weight(parameters.remove(WEIGHT));
    return type.isEmpty() || Double.isNaN(weight)
        ? Optional.empty()
        : Optional.of(new MediaRange(type, parameters, weight));
  }

  private static String unquoted(String value) {
    return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }

  private static double weight(String text) {
    try {
      var weight = text == null ? 1 : Double.parseDouble(text);
      return weight >= 0 && weight <= 1 ? weight : Double.NaN;
    } catch (NumberFormatException unreadable) {
      return Double.NaN;
    }
  }

  /**
   * How closely it fits a type of a version: 0 for not at all, and the more the closer. Of the
   * other parameters, such as {@code escaping}, none makes what we have unreadable.
   */
  int closeness(String wanted, String version) {
    if (type.equals(ANY)) {
      return 1;
    }
    if (type.endsWith("/*")) {
      return wanted.startsWith(type.substring(0, type.length() - 1)) ? 2 : 0;
    }
    if (!type.equals(wanted)) {
      return 0;
    }
    var asked = parameters.get("version");
    return asked == null ? 3 : asked.equals(version) ? 4 : 0;
  }
}
