package io.muster.ingest.access;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.VerifyAnswer;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A certificate: the registry knows whether it is that of the device that its client names. */
class CertificateAccessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Instant START = Instant.parse("2026-11-23T03:00:00Z");
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "d1");
  private static final CredentialProof PROOF = new CredentialProof.Certificate(List.of("MIIB"));
  private static final UUID CREDENTIAL = UUID.randomUUID();

  private final AtomicLong elapsed = new AtomicLong();
  private final ScriptedRegistry registry = new ScriptedRegistry();
  private final List<Withdrawal> withdrawals = new CopyOnWriteArrayList<>();
  private RegistryAccess access;

  @BeforeEach
  void start() {
    InstantSource source = () -> START.plusNanos(elapsed.get());
    access =
        new RegistryAccess(
            registry,
            TestConfig.inMemory(),
            new AccessMetrics(new SimpleMeterRegistry()),
            source.withZone(ZoneOffset.UTC),
            elapsed::incrementAndGet);
    access.onWithdrawal(withdrawals::add);
    registry.answer(
        request -> {
          assertEquals(DEVICE, request.device());
          return Uni.createFrom().item(allowed(START.plusSeconds(50)));
        });
    access.start();
    await().atMost(PATIENCE).until(() -> access.upToDateAt().isPresent());
  }

  @AfterEach
  void stop() {
    access.close();
  }

  @Test
  void isAskedAboutOnceAndKnownByWhatItHolds() {
    assertEquals(new Admission.Granted(allowed(START.plusSeconds(50))), ask(PROOF));
    ask(PROOF);
    assertEquals(1, registry.verifications());
    ask(new CredentialProof.Certificate(List.of("MIIC")));
    ask(new CredentialProof.Certificate(List.of("MIIB", "MIIC")));
    assertEquals(3, registry.verifications());
  }

  @Test
  void isNotKnownBeyondItsEnd() {
    ask(PROOF);
    elapsed.addAndGet(Duration.ofSeconds(51).toNanos());
    registry.goAway();
    assertEquals(new Admission.Unavailable(), ask(PROOF));
  }

  @Test
  void isAskedAboutAnewAfterWordOfTheDeviceThatTheRegistryNamed() {
    ask(PROOF);
    var denied = VerifyAnswer.Reason.CERTIFICATE_UNKNOWN;
    registry.answer(new VerifyAnswer.Denied(denied));
    registry.tell(new RegistryEvent.CredentialRevoked(DEVICE, CREDENTIAL));
    await().atMost(PATIENCE).until(() -> !withdrawals.isEmpty());
    assertEquals(new Admission.Denied(denied), ask(PROOF));
  }

  private Admission ask(CredentialProof proof) {
    return access.admit(DEVICE, proof, "10.0.0.1").await().atMost(PATIENCE);
  }

  private static VerifyAnswer.Allowed allowed(Instant validUntil) {
    return new VerifyAnswer.Allowed(DEVICE, CREDENTIAL, validUntil, new DeviceLimits(10, 1_024));
  }
}
