package io.muster.localstack.device;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a sample device does about a command. */
public enum CommandConduct {
  /** It does it and says so: 200. */
  ANSWER,
  /** It will not: 403. */
  REFUSE,
  /** It tries in vain: 500. */
  FAIL,
  /** It says nothing. */
  SILENT,
  /** It says that it is at work, 202, and a while later that it is done. */
  SLOW,
  /** It does it and says so two times. */
  TWICE;

  /** As it is typed. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads a {@link #label()}; empty when it is none. */
  public static Optional<CommandConduct> of(String label) {
    return Arrays.stream(values()).filter(it -> it.label().equals(label)).findFirst();
  }

  /** All of them, for people. */
  public static String labels() {
    return Arrays.stream(values()).map(CommandConduct::label).collect(Collectors.joining(", "));
  }
}
