package io.muster.command.jobs;

import io.muster.command.CommandDatabase;
import io.muster.command.Neighbour;
import io.muster.command.SettableClock;
import io.muster.contract.id.TenantId;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What tests of jobs begin with: a real database, a registry over real HTTP of which every device
 * fits {@code tag==lab}, a clock to set, and one instance, or several.
 */
abstract class JobCourse {
  static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final List<JobInstance> instances = new ArrayList<>();
  SettableClock clock;
  Neighbour registry;
  TenantId tenant;
  JobInstance instance;

  @BeforeEach
  void start() throws IOException {
    clock = new SettableClock(T0);
    registry = new Neighbour();
    registry.filter("tag==lab", id -> true);
    tenant = new TenantId("t" + UUID.randomUUID().toString().substring(0, 12));
    instance = newInstance(Map.of());
  }

  @AfterEach
  void stop() {
    instances.forEach(JobInstance::close);
    registry.close();
  }

  /** Another one on the same database; closed after the test. */
  JobInstance newInstance(Map<String, String> settings) {
    var made = new JobInstance(DATABASE, settings, clock, registry.url());
    instances.add(made);
    return made;
  }
}
