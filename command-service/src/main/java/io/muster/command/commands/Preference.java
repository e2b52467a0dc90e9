package io.muster.command.commands;

import io.muster.rest.problem.Refusal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code Prefer: wait=N} (RFC 7240 §4.3): how many seconds a request may take for the answer to be
 * the device's.
 */
final class Preference {
  static final String HEADER = "Prefer";
  static final String APPLIED = "Preference-Applied";
  private static final Pattern WAIT = Pattern.compile("(?i)wait\\s*=\\s*\"?(\\d{1,6})\"?");

  private Preference() {}

  /**
   * What is no preference for waiting is ignored, as the RFC wants it.
   *
   * @throws io.muster.rest.problem.RefusedException when it is too long
   */
  static Optional<Duration> wait(String header, Duration longest) {
    if (header == null) {
      return Optional.empty();
    }
    var wait =
        Stream.of(header.split(","))
            .map(String::strip)
            .map(WAIT::matcher)
            .filter(matcher -> matcher.matches())
            .findFirst()
            .map(matcher -> Duration.ofSeconds(Long.parseLong(matcher.group(1))));
    if (wait.isPresent() && wait.get().compareTo(longest) > 0) {
      throw Refusal.parameter(HEADER, "waits for %d s at most".formatted(longest.toSeconds()));
    }
    return wait;
  }
}
