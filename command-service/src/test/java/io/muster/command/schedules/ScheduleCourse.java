package io.muster.command.schedules;

import io.muster.command.CommandDatabase;
import io.muster.command.Neighbour;
import io.muster.command.SettableClock;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What tests of schedules begin with: a real database, a registry over real HTTP with one device
 * that fits {@code tag==lab}, a clock to set, and one instance, or several.
 */
abstract class ScheduleCourse {
  static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  static final Duration MINUTE = Duration.ofMinutes(1);

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final List<ScheduleInstance> instances = new ArrayList<>();
  SettableClock clock;
  Neighbour registry;
  TenantId tenant;
  ScheduleInstance instance;

  @BeforeEach
  void start() throws IOException {
    clock = new SettableClock(T0);
    registry = new Neighbour();
    registry.filter("tag==lab", id -> true);
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    registry.add(DeviceAddress.of(tenant.value(), "d1"));
    instance = newInstance(Map.of());
  }

  @AfterEach
  void stop() {
    instances.forEach(ScheduleInstance::close);
    registry.close();
  }

  /** Another one on the same database; closed after the test. */
  ScheduleInstance newInstance(Map<String, String> settings) {
    var made = new ScheduleInstance(DATABASE, settings, clock, registry.url());
    instances.add(made);
    return made;
  }

  void everyMinute(int minutes) {
    for (var i = 0; i < minutes; i++) {
      clock.add(MINUTE);
      instance.run();
    }
  }

  /** What one knows of a schedule's firings. */
  List<String> noted(ScheduleInstance by, UUID schedule) {
    return by.firings(tenant, schedule).stream()
        .map(it -> it.dueAt() + " " + it.outcome())
        .toList();
  }

  static long commands() {
    return DATABASE.number("SELECT count(*) FROM command");
  }
}
