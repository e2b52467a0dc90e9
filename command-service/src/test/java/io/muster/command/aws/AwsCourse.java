package io.muster.command.aws;

import io.muster.command.CommandDatabase;
import io.muster.command.SettableClock;
import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What tests of devices that fetch their jobs begin with: a real database, a clock to set, one
 * instance, or several, and one device that talks to it.
 */
abstract class AwsCourse {
  static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final List<AwsInstance> instances = new ArrayList<>();
  SettableClock clock;
  AwsEvents events;
  String tenant;
  DeviceAddress device;
  AwsInstance instance;
  AwsTalk talk;

  @BeforeEach
  void start() {
    clock = new SettableClock(T0);
    events = new AwsEvents(clock);
    tenant = "t" + UUID.randomUUID().toString().substring(0, 12);
    device = DeviceAddress.of(tenant, "d1");
    instance = newInstance(Map.of());
    talk = new AwsTalk(device, events, clock, () -> instance);
  }

  @AfterEach
  void stop() {
    instances.forEach(AwsInstance::close);
  }

  /** Another one on the same database; closed after the test. */
  AwsInstance newInstance(Map<String, String> settings) {
    var one = new AwsInstance(DATABASE, settings, clock);
    instances.add(one);
    return one;
  }
}
