package io.muster.benchmarks.registry;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Figures with what they are about.
 *
 * @param text in Markdown
 */
record Section(String heading, String text) {

  static String markdown(Section... sections) {
    return Arrays.stream(sections).map(Section::part).collect(Collectors.joining("\n"));
  }

  private String part() {
    return "## " + heading + "\n\n" + text;
  }
}
