package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.firmware.Neighbour;
import io.muster.firmware.SetClock;
import io.muster.firmware.neighbours.NeighboursOfTests;
import io.muster.firmware.targets.Withdrawal;
import io.muster.rest.problem.RefusedException;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryProofsTest {
  private static final DeviceAddress LAMP = DeviceAddress.of("acme", "lamp-1");
  private static final String TOKEN = "a.b.c";

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private final AtomicInteger asked = new AtomicInteger();
  private Vertx vertx;
  private Neighbour registry;
  private RegistryProofs proofs;

  @BeforeEach
  void start() throws IOException {
    vertx = Vertx.vertx();
    registry = new Neighbour();
    proofs = new RegistryProofs(NeighboursOfTests.of(vertx, registry, folder), clock);
    answer(LAMP, null, null);
  }

  @AfterEach
  void stop() {
    registry.close();
    vertx.closeAndAwait();
  }

  @Test
  void aYesIsRememberedForAMinute() {
    assertTrue(holds());
    clock.advance(Duration.ofSeconds(59));
    assertTrue(holds());
    assertEquals(1, asked.get());
    clock.advance(Duration.ofSeconds(1));
    assertTrue(holds());
    assertEquals(2, asked.get());
  }

  @Test
  void aNoIsNeverRemembered() {
    registry.verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.TOKEN_SIGNATURE));
    assertFalse(holds());
    answer(LAMP, null, null);
    assertTrue(holds());
  }

  @Test
  void noYesOutlivesItsProof() {
    answer(LAMP, clock.instant().plusSeconds(5), null);
    assertTrue(holds());
    clock.advance(Duration.ofSeconds(5));
    registry.verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.TOKEN_EXPIRED));
    assertFalse(holds());
  }

  @Test
  void aYesCountsForAnHourWhileTheRegistryIsAway() {
    assertTrue(holds());
    registry.away(true);
    clock.advance(Duration.ofMinutes(59));
    assertTrue(holds());
    clock.advance(Duration.ofMinutes(1));
    assertThrows(RefusedException.class, this::holds);
  }

  @Test
  void whatIsWithdrawnIsAskedForAgain() {
    assertTrue(holds());
    registry.verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.NO_SUCH_CREDENTIAL));
    proofs.withdrawn(withdrawal("acme", "lamp-2"));
    proofs.withdrawn(withdrawal("other", "lamp-1"));
    proofs.withdrawn(new Withdrawal(new TenantId("other"), Optional.empty()));
    assertTrue(holds());
    proofs.withdrawn(withdrawal("acme", "lamp-1"));
    assertFalse(holds());
  }

  @Test
  void aWithdrawnKeyOfATenantConcernsAllItsDevices() {
    assertTrue(holds());
    registry.verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.TOKEN_SIGNATURE));
    proofs.withdrawn(new Withdrawal(new TenantId("acme"), Optional.empty()));
    assertFalse(holds());
  }

  private static Withdrawal withdrawal(String tenant, String device) {
    return new Withdrawal(new TenantId(tenant), Optional.of(new DeviceId(device)));
  }

  @Test
  void anotherDevicesTokenHoldsNothing() {
    answer(DeviceAddress.of("other", "lamp-1"), null, null);
    assertFalse(holds());
  }

  @Test
  void aTokenForLessMustBeForFirmware() {
    answer(LAMP, null, Set.of(DeviceScope.TELEMETRY_WRITE));
    assertFalse(holds());
    answer(LAMP, null, Set.of(DeviceScope.FIRMWARE_READ));
    assertTrue(holds());
  }

  private boolean holds() {
    return proofs.holds(LAMP, TOKEN, "203.0.113.9");
  }

  private void answer(DeviceAddress device, Instant until, Set<DeviceScope> scopes) {
    var token = scopes == null ? null : new VerifyAnswer.IssuedToken(UUID.randomUUID(), scopes);
    registry.verifies(
        request -> {
          asked.incrementAndGet();
          assertEquals(Boolean.TRUE, request.enforcesScopes());
          return new VerifyAnswer.Allowed(
              device, UUID.randomUUID(), until, new DeviceLimits(10, 1_000), token);
        });
  }
}
