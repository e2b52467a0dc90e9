package io.muster.rest.removal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.registry.DeletedTenants;
import io.muster.outbox.TenantRemovals;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MeasuredRemovalsTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /**
   * @param batchRows the most rows in one transaction
   */
  private record Settings(int batchRows) implements TenantRemovalConfig {
    @Override
    public Duration interval() {
      return Duration.ofSeconds(1);
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(2);
    }

    @Override
    public Duration grace() {
      return Duration.ZERO;
    }

    @Override
    public Duration watch() {
      return Duration.ZERO;
    }

    @Override
    public Duration recheck() {
      return Duration.ofSeconds(3);
    }

    @Override
    public Duration reconcile() {
      return Duration.ofSeconds(4);
    }
  }

  private TenantRemovals removals(int batchRows) {
    return MeasuredRemovals.of(
        null,
        new Settings(batchRows),
        TenantRemovals.Keeps.of(List.of()),
        (after, limit) -> Uni.createFrom().item(new DeletedTenants(List.of(), after)),
        Clock.systemUTC(),
        meters);
  }

  @Test
  void whatIsRemovedAndWhatIsLeftIsMeasured() {
    var removals = removals(100);
    assertEquals(
        Set.of(
            "muster.tenant.removal.rows",
            "muster.tenant.removal.open",
            "muster.tenant.removal.age"),
        meters.getMeters().stream()
            .map(Meter::getId)
            .map(Meter.Id::getName)
            .collect(Collectors.toSet()));
    assertEquals(0, removals.removedRows());
    assertEquals(0, meters.get("muster.tenant.removal.rows").functionCounter().count());
    assertEquals("seconds", meters.get("muster.tenant.removal.age").gauge().getId().getBaseUnit());
  }

  @Test
  void theServicesSettingsAreTaken() {
    assertThrows(IllegalArgumentException.class, () -> removals(0));
  }
}
