package io.muster.rest.bans;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QuietLoggerTest {
  private final AtomicLong nanos = new AtomicLong();
  private final List<String> lines = new ArrayList<>();

  @Test
  void tellsWithTheNextLineHowManyWereLeftOut() {
    var quiet = new QuietLogger(lines::add, 2, nanos::get);
    for (var who = 1; who <= 5; who++) {
      quiet.write("Refused: %s", who);
    }
    assertEquals(List.of("Refused: 1", "Refused: 2"), lines);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
    lines.clear();
    quiet.write("Refused: %s", 6);
    quiet.write("Refused: %s", 7);
    assertEquals(List.of("Refused: 6; 3 such lines were left out before", "Refused: 7"), lines);
  }
}
