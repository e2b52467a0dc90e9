package io.muster.benchmarks.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EvidenceTest {
  private static final String ANSWER =
      "{\"id\":\"01a21956-0b43-776d-a619-c12a71278e73\",\"device\":\"d\",\"state\":\"sent\"}";

  @Test
  void findsOutWhichCommandItWas() {
    assertEquals(
        Optional.of("01a21956-0b43-776d-a619-c12a71278e73"),
        Evidence.id("command-service answered 201: " + ANSWER));
    assertEquals(Optional.empty(), Evidence.id("command-service answered 503: {\"status\":503}"));
  }

  @Test
  void tellsOnceAndOfTheFirstFailureAlsoWhenTheDatabaseIsAway() {
    List<String> told = new ArrayList<>();
    var evidence =
        new Evidence(
            () -> {
              throw new SQLException("gone");
            },
            told::add);
    evidence.of("answers are missing");
    evidence.of("so are others");
    assertEquals(1, told.size());
    assertTrue(told.getFirst().startsWith("answers are missing"), told.toString());
    assertTrue(told.getFirst().endsWith("gone"), told.toString());
  }
}
