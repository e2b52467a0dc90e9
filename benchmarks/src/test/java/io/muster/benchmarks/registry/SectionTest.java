package io.muster.benchmarks.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SectionTest {
  @Test
  void eachHeadingHasItsOwnFigures() {
    assertEquals(
        "## Import\n\n| a |\n\n## Search\n\n| b |\n",
        Section.markdown(new Section("Import", "| a |\n"), new Section("Search", "| b |\n")));
  }
}
