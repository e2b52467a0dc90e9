package io.muster.command.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.problem.RefusedException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceTest {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  @ParameterizedTest
  @ValueSource(strings = {"wait=5", "Wait = 5", "respond-async, wait=5", "wait=\"5\"", "wait=5, x"})
  void readsHowLongToWait(String header) {
    assertEquals(Optional.of(Duration.ofSeconds(5)), Preference.wait(header, LONGEST));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "respond-async", "wait", "wait=", "wait=-1", "wait=x", "waits=5"})
  void ignoresOtherPreferences(String header) {
    assertEquals(Optional.empty(), Preference.wait(header, LONGEST));
  }

  @Test
  void withoutTheHeaderNobodyWaits() {
    assertEquals(Optional.empty(), Preference.wait(null, LONGEST));
  }

  @Test
  void aWaitHasABound() {
    assertEquals(Optional.of(LONGEST), Preference.wait("wait=60", LONGEST));
    assertThrows(RefusedException.class, () -> Preference.wait("wait=61", LONGEST));
  }
}
