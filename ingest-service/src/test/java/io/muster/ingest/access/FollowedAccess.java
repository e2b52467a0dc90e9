package io.muster.ingest.access;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

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

/** Access that follows the log of a {@link ScriptedRegistry}, with a clock that can be moved on. */
final class FollowedAccess implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final Instant START = Instant.parse("2026-11-23T03:00:00Z");
  static final DeviceAddress DEVICE = DeviceAddress.of("acme", "d1");
  static final DeviceAddress GATEWAY = DeviceAddress.of("acme", "gw");
  static final CredentialProof PROOF = new CredentialProof.Secret("hush");
  static final UUID CREDENTIAL = UUID.randomUUID();
  static final DeviceLimits LIMITS = new DeviceLimits(10, 1_024);

  final ScriptedRegistry registry = new ScriptedRegistry();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final List<Withdrawal> withdrawals = new CopyOnWriteArrayList<>();
  final RegistryAccess access;

  private final AtomicLong elapsed = new AtomicLong();

  private FollowedAccess() {
    InstantSource source = () -> START.plusNanos(elapsed.get());
    access =
        new RegistryAccess(
            registry,
            TestConfig.inMemory(),
            new AccessMetrics(meters),
            source.withZone(ZoneOffset.UTC),
            // No two readings are the same.
            elapsed::incrementAndGet);
  }

  /** Lets everybody in, and has read the log to its end. */
  static FollowedAccess start() {
    var followed = new FollowedAccess();
    followed.access.onWithdrawal(followed.withdrawals::add);
    followed.registry.answer(allowed(null));
    followed.access.start();
    await().atMost(PATIENCE).until(() -> followed.access.upToDateAt().isPresent());
    return followed;
  }

  static VerifyAnswer.Allowed allowed(Instant validUntil) {
    return new VerifyAnswer.Allowed(DEVICE, CREDENTIAL, validUntil, LIMITS);
  }

  void pass(Duration duration) {
    elapsed.addAndGet(duration.toNanos());
  }

  /** A word of the registry, which has its effect. */
  void hear(RegistryEvent event) {
    registry.tell(event);
    awaitPage();
  }

  /** The log was asked anew and read to its end, so that what is still so is confirmed. */
  void awaitReading() {
    // The first may have been asked for before now, and be what comes next.
    awaitPage();
    awaitPage();
  }

  /** The log cannot be read from now on, and that was noticed. */
  void loseLog() {
    registry.loseLog();
    var refused = registry.refusedPages();
    await().atMost(PATIENCE).until(() -> registry.refusedPages() > refused + 1);
  }

  /** One that holds all that was told so far was taken: another one has been asked for since. */
  private void awaitPage() {
    var pages = registry.pages();
    await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(PATIENCE)
        .until(() -> registry.pages() > pages + 1);
  }

  Uni<Admission> admit(CredentialProof proof) {
    return access.admit(DEVICE, proof, "10.0.0.1");
  }

  Admission ask(CredentialProof proof) {
    return admit(proof).await().atMost(PATIENCE);
  }

  Admission.Granted assertGranted() {
    return assertInstanceOf(Admission.Granted.class, ask(PROOF));
  }

  Mandate mandate(DeviceAddress gateway, DeviceAddress device) {
    return access.maySpeakFor(gateway, device).await().atMost(PATIENCE);
  }

  @Override
  public void close() {
    access.close();
  }
}
