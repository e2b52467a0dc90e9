package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.firmware.HandWired;
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
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
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
  private final SetTicker ticker = new SetTicker(clock);
  private final AtomicInteger asked = new AtomicInteger();
  private Vertx vertx;
  private Neighbour registry;
  private RegistryProofs proofs;

  @BeforeEach
  void start() throws IOException {
    vertx = Vertx.vertx();
    registry = new Neighbour();
    proofs =
        new RegistryProofs(
            NeighboursOfTests.of(vertx, registry, folder),
            HandWired.config(DdiConfig.class, Map.of()),
            new SimpleMeterRegistry(),
            clock,
            ticker);
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
    ticker.advance(Duration.ofSeconds(59));
    assertTrue(holds());
    assertEquals(1, asked.get());
    ticker.advance(Duration.ofSeconds(1));
    assertTrue(holds());
    assertEquals(2, asked.get());
  }

  @Test
  void theSameThatIsShownOftenAtOnceCostsOneQuestion() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < 50; i++) {
        threads.submit(() -> assertTrue(holds()));
      }
    }
    assertEquals(1, asked.get());
  }

  @Test
  void whatIsWithdrawnWhileItIsAskedForIsAskedForAgain() {
    registry.verifies(
        _ -> {
          if (asked.incrementAndGet() == 1) {
            withdraw(withdrawal("acme", "lamp-1"));
          }
          return new VerifyAnswer.Denied(VerifyAnswer.Reason.NO_SUCH_CREDENTIAL);
        });
    assertFalse(holds());
    assertEquals(2, asked.get());
  }

  @Test
  void whoIsSwitchedOffShowedWhoItIs() {
    registry.verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.DEVICE_DISABLED));
    assertEquals(RegistryProofs.Word.KEPT_OUT, proofs.of(LAMP, TOKEN, "203.0.113.9"));
    answer(LAMP, null, null);
    ticker.advance(Duration.ofSeconds(2));
    assertTrue(holds());
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
    ticker.advance(Duration.ofSeconds(5));
    registry.verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.TOKEN_EXPIRED));
    assertFalse(holds());
  }

  @Test
  void aYesCountsForAnHourWhileTheRegistryIsAway() {
    assertTrue(holds());
    registry.away(true);
    ticker.advance(Duration.ofMinutes(59));
    assertTrue(holds());
    ticker.advance(Duration.ofMinutes(1));
    assertThrows(RefusedException.class, this::holds);
  }

  @Test
  void whatIsWithdrawnIsAskedForAgain() {
    assertTrue(holds());
    registry.verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.NO_SUCH_CREDENTIAL));
    withdraw(withdrawal("acme", "lamp-2"));
    withdraw(withdrawal("other", "lamp-1"));
    withdraw(new Withdrawal.OfTenant(new TenantId("other")));
    assertTrue(holds());
    withdraw(withdrawal("acme", "lamp-1"));
    assertFalse(holds());
  }

  @Test
  void aWithdrawnKeyOfATenantConcernsAllItsDevices() {
    assertTrue(holds());
    registry.verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.TOKEN_SIGNATURE));
    withdraw(new Withdrawal.OfTenant(new TenantId("acme")));
    assertFalse(holds());
  }

  @Test
  void whenNobodyCanTellWhatWasWithdrawnNothingIsBelieved() {
    assertTrue(holds());
    registry.verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.TOKEN_SIGNATURE));
    withdraw(new Withdrawal.OfEverybody());
    assertFalse(holds());
  }

  @Test
  void theHourBeginsWhenTheRegistryWasLastHeard() {
    assertTrue(holds());
    ticker.advance(Duration.ofMinutes(50));
    proofs.upToDate(new Withdrawal.UpToDate(ticker.read()));
    registry.away(true);
    ticker.advance(Duration.ofMinutes(50));
    assertTrue(holds());
    ticker.advance(Duration.ofMinutes(10));
    assertThrows(RefusedException.class, this::holds);
  }

  /** What is asked for after it comes later. */
  private void withdraw(Withdrawal withdrawal) {
    proofs.withdrawn(withdrawal);
    ticker.advance(Duration.ofNanos(1));
  }

  private static Withdrawal withdrawal(String tenant, String device) {
    return new Withdrawal.OfDevice(DeviceAddress.of(tenant, device));
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
    return proofs.of(LAMP, TOKEN, "203.0.113.9") == RegistryProofs.Word.HOLDS;
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
