package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobsHearingTest {
  private static final String THING = "$aws/things/acme:d1/";

  @Test
  void whoNamesJobsWantsThemHere() {
    assertEquals(new JobsHearing(true, true, false), hearing(THING + "jobs/notify"));
    assertEquals(new JobsHearing(true, false, true), hearing(THING + "jobs/notify-next"));
    assertEquals(new JobsHearing(true, true, true), hearing(THING + "jobs/#"));
    assertEquals(new JobsHearing(true, true, true), hearing(THING + "jobs/+"));
    assertEquals(new JobsHearing(true, false, false), hearing(THING + "jobs/start-next/+"));
    assertEquals(new JobsHearing(true, false, false), hearing(THING + "jobs/+/update/accepted"));
    assertEquals(
        new JobsHearing(true, true, false),
        hearing(THING + "jobs/$next/get/+", THING + "shadow/#", THING + "jobs/notify"));
  }

  @Test
  void whoHearsAllOfAThingHearsOfJobsWithoutWantingThem() {
    assertEquals(new JobsHearing(false, true, true), hearing(THING + "#"));
    assertEquals(new JobsHearing(false, true, false), hearing(THING + "+/notify"));
  }

  @Test
  void othersHearNothingOfIt() {
    assertFalse(hearing(THING + "shadow/#").isAny());
    assertFalse(hearing("command/acme/d1/req/#").isAny());
    assertFalse(hearing("$aws/things/acme:d2/jobs/#").isAny());
    assertFalse(hearing("$aws/things/acme:d1/jobsx/#").isAny());
    assertFalse(hearing("#").isAny());
    assertFalse(hearing().isAny());
    assertTrue(hearing(THING + "jobs/#x").named());
  }

  private static JobsHearing hearing(String... filters) {
    return JobsHearing.of(DeviceAddress.of("acme", "d1"), List.of(filters));
  }
}
