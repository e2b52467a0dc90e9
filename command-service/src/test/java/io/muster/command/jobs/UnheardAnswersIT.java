package io.muster.command.jobs;

import static io.muster.command.jobs.JobRequests.LAB;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What devices said may wait in ingest's log: as of when it is judged what they did not say. */
class UnheardAnswersIT extends JobCourse {
  private static final Map<String, Long> OPEN = Map.of("queued", 1L);
  private static final Map<String, Long> ENDED = Map.of("expired", 1L);

  @Test
  void countUntilAllOfItsTimeIsHeard() {
    var job = sentForAMinute();
    heardUntil(T0.plusSeconds(59));
    clock.add(Duration.ofMinutes(10));
    instance.run();
    assertEquals(OPEN, instance.counts(tenant, job));
    heardUntil(T0.plusSeconds(60));
    clock.add(Duration.ofSeconds(15));
    instance.run();
    assertEquals(ENDED, instance.counts(tenant, job));
  }

  @Test
  void areNotWaitedForWhenNothingIsHeardForLong() {
    var job = sentForAMinute();
    heardUntil(T0);
    clock.add(Duration.ofMinutes(15));
    instance.run();
    assertEquals(OPEN, instance.counts(tenant, job));
    clock.add(Duration.ofSeconds(15));
    instance.run();
    assertEquals(ENDED, instance.counts(tenant, job));
  }

  /** All was away for days: who is back reads first, and judges then. */
  @Test
  void areWaitedForByWhoHasJustComeBack() {
    var job = sentForAMinute();
    heardUntil(T0);
    instance.close();
    clock.add(Duration.ofDays(2));
    instance = newInstance(Map.of());
    instance.run();
    assertEquals(OPEN, instance.counts(tenant, job));
    heardUntil(clock.instant());
    clock.add(Duration.ofSeconds(15));
    instance.run();
    assertEquals(ENDED, instance.counts(tenant, job));
  }

  @Test
  void ofACommandThatWasNeverSentThereAreNone() {
    registry.addDevices(tenant, 1);
    var job = instance.make(tenant, LAB.replace("'reboot'", "'reboot','timeToLive':'PT1M'"));
    instance.run();
    heardUntil(T0);
    clock.add(Duration.ofMinutes(1));
    instance.run();
    assertEquals(ENDED, instance.counts(tenant, job));
  }

  private UUID sentForAMinute() {
    var device = registry.addDevices(tenant, 1).getFirst();
    instance.connect(device);
    var job = instance.make(tenant, LAB.replace("'reboot'", "'reboot','timeToLive':'PT1M'"));
    instance.run();
    assertEquals(1, instance.open(device).getFirst().attempts());
    return job;
  }

  private static void heardUntil(Instant time) {
    DATABASE.run(
        "INSERT INTO ingest_heard (until) VALUES ('"
            + time
            + "') ON CONFLICT (only_row) DO UPDATE SET until = excluded.until");
  }
}
