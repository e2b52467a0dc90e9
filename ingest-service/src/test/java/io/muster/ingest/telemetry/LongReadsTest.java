package io.muster.ingest.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.rest.problem.RefusedException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LongReadsTest {
  private final AtomicBoolean pressed = new AtomicBoolean();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final LongReads reads = new LongReads(2, Duration.ofMinutes(1), pressed::get, meters);

  private double shedding() {
    return meters.get("muster.telemetry.shedding").gauge().value();
  }

  private double shed() {
    return meters.get("muster.telemetry.reads.shed").counter().count();
  }

  @Test
  void makeRoomUnderPressureAndShowIt() {
    var running = reads.begin();
    running.requireNext();
    assertEquals(0, shedding());
    pressed.set(true);
    assertEquals(1, shedding());
    assertThrows(RefusedException.class, running::requireNext);
    assertThrows(RefusedException.class, reads::begin);
    assertEquals(2, shed());
    pressed.set(false);
    assertEquals(0, shedding());
    reads.begin().requireNext();
  }

  @Test
  void areNoMoreAtATimeThanThereMayBe() {
    var first = reads.begin();
    reads.begin();
    assertThrows(RefusedException.class, reads::begin);
    first.end();
    first.end();
    reads.begin();
    assertThrows(RefusedException.class, reads::begin);
  }
}
