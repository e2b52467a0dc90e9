package io.muster.broker;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;

/** Reads environment variables; an empty one counts as absent, as in shell scripts and charts. */
record Environment(Map<String, String> variables) {

  Optional<String> text(String name) {
    return Optional.ofNullable(variables.get(name)).map(String::strip).filter(s -> !s.isEmpty());
  }

  String required(String name) {
    return text(name).orElseThrow(() -> new WrongSettingException(name + " is not set"));
  }

  int number(String name, int absent, int least, int most) {
    var given = text(name);
    if (given.isEmpty()) {
      return absent;
    }
    try {
      var number = Integer.parseInt(given.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, with the bounds.
    }
    throw new WrongSettingException(
        "%s='%s' is no number from %d to %d".formatted(name, given.get(), least, most));
  }

  Duration duration(String name, Duration absent) {
    var given = text(name);
    if (given.isEmpty()) {
      return absent;
    }
    try {
      var duration = Duration.parse(given.get());
      if (duration.isPositive()) {
        return duration;
      }
    } catch (DateTimeParseException notADuration) {
      // Told below.
    }
    throw new WrongSettingException(
        "%s='%s' is no positive ISO-8601 duration such as %s".formatted(name, given.get(), absent));
  }

  Optional<Path> file(String name) {
    var file = text(name).map(Path::of);
    file.ifPresent(
        path -> {
          if (!Files.isReadable(path)) {
            throw new WrongSettingException("%s=%s cannot be read".formatted(name, path));
          }
        });
    return file;
  }
}
