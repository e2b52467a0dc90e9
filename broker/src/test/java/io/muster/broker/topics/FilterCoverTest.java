package io.muster.broker.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.topic.TopicFilter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterCoverTest {

  @ParameterizedTest
  @CsvSource({
    "a/b, a/b, true",
    "a/+, a/b, true",
    "a/+, a/+, true",
    "a/#, a, true",
    "a/#, a/#, true",
    "a/#, a/+/#, true",
    "a/#, a/b/c, true",
    "a/+/c, a/+/c, true",
    "#, a/b, true",
    "a/b, a/+, false",
    "a/+, a/#, false",
    "a/+, a, false",
    "a/+, a/b/c, false",
    "a/+/c, a/b, false",
    "a/b/+, a/b/#, false",
    "a/#, #, false",
    "a/#, +/b, false",
    "a/#, ab/c, false",
  })
  void coversOnlyWhatIsWithin(String wide, String narrow, boolean expected) {
    assertEquals(expected, FilterCover.covers(new TopicFilter(wide), new TopicFilter(narrow)));
  }
}
