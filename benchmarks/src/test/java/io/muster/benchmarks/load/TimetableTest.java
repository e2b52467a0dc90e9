package io.muster.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TimetableTest {

  @Test
  void whatCouldNotBeSentInTimeStaysDue() {
    var timetable = new Timetable(1_000, 100, 10);

    assertEquals(0, timetable.dueAt(999, 50));
    assertEquals(1, timetable.dueAt(1_000, 50));
    assertEquals(5, timetable.dueAt(1_450, 50));
    assertEquals(3, timetable.dueAt(1_450, 3));
  }

  @Test
  void eachMessageKnowsWhenItWasDue() {
    var timetable = new Timetable(1_000, 100, 10);

    assertEquals(1_000, timetable.takeDueNanos());
    assertEquals(1_100, timetable.takeDueNanos());
    assertEquals(3, timetable.dueAt(1_450, 50));
  }

  @Test
  void itEnds() {
    var timetable = new Timetable(0, 100, 2);
    assertFalse(timetable.isExhausted());

    timetable.takeDueNanos();
    timetable.takeDueNanos();

    assertTrue(timetable.isExhausted());
    assertEquals(0, timetable.dueAt(1_000_000, 50));
  }
}
