package io.muster.ingest.access;

import com.github.benmanes.caffeine.cache.Ticker;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.outbox.EventFollower;
import io.muster.outbox.InstanceEffects;
import io.muster.rest.answers.Withdrawals;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * {@link DeviceAccess} and {@link KnownDevices} by the registry's answers, remembered within
 * bounds. Thread-safe.
 */
final class RegistryAccess implements DeviceAccess, KnownDevices, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(RegistryAccess.class);
  private static final int LOG_PAGE = 1_000;
  private static final Duration CONFIRM_AFTER = Duration.ofMinutes(1);

  private final AccessConfig config;
  private final AccessMetrics metrics;
  private final WithdrawalFeed feed;
  private final EventFollower follower;
  private final CredentialAnswers credentials;
  private final DeviceAnswers devices;

  // Both by the ticker, and for the follower's thread only.
  private long logAskedAt;
  private long confirmedAt;

  RegistryAccess(
      RegistryClient registry,
      AccessConfig config,
      AccessMetrics metrics,
      Clock clock,
      Ticker ticker) {
    this.config = config;
    this.metrics = metrics;
    var withdrawals =
        new Withdrawals(
            config.staleFor().plus(config.freshFor()),
            config.cachedCredentials() + config.cachedDevices(),
            ticker);
    this.credentials = new CredentialAnswers(registry, config, metrics, withdrawals, clock, ticker);
    this.devices = new DeviceAnswers(registry, config, metrics, withdrawals, clock, ticker);
    this.feed = new WithdrawalFeed(withdrawals, metrics);
    this.confirmedAt = ticker.read();
    this.follower =
        new EventFollower(
            new EventFollower.Settings(
                "registry",
                LOG_PAGE,
                config.logPollInterval(),
                config.requestTimeout().multipliedBy(3),
                config.logPollInterval()),
            (after, limit) -> {
              logAskedAt = ticker.read();
              return metrics.timed("events", () -> registry.events(after, limit));
            },
            new InstanceEffects(registry::events, feed),
            clock);
    this.feed.whenUpToDate(this::confirm);
  }

  /**
   * Not at each reading: going through all answers takes tens of milliseconds when they are many.
   */
  private void confirm() {
    if (logAskedAt - confirmedAt >= CONFIRM_AFTER.toNanos()) {
      confirmedAt = logAskedAt;
      credentials.confirm(logAskedAt);
      devices.confirm(logAskedAt);
    }
  }

  void start() {
    follower.start();
  }

  /** Reads the registry's log at once. */
  void wakeUp() {
    follower.wakeUp();
  }

  /** For how long following the registry's log has shown no sign of life. */
  Duration silence() {
    return follower.silence();
  }

  /** As of when all withdrawals are known; empty before the first time. */
  Optional<Instant> upToDateAt() {
    return follower.upToDateAt();
  }

  @Override
  public void close() {
    follower.close();
  }

  @Override
  public Uni<Admission> admit(DeviceAddress device, CredentialProof proof, String remoteAddress) {
    return followed()
        .flatMap(followed -> credentials.get(new VerifyRequest(device, proof, remoteAddress, true)))
        .map(RegistryAccess::admission)
        .onFailure()
        .recoverWithItem(RegistryAccess::nobodyCanTell)
        .invoke(metrics::admission);
  }

  @Override
  public Uni<Mandate> maySpeakFor(DeviceAddress gateway, DeviceAddress device) {
    if (!gateway.tenant().equals(device.tenant())) {
      return Uni.createFrom().item(Mandate.NOT_GIVEN);
    }
    return view(device)
        .map(known -> known.isBehind(gateway) ? Mandate.GIVEN : Mandate.NOT_GIVEN)
        .onFailure()
        .invoke(RegistryAccess::nobodyCanTell)
        .onFailure()
        .recoverWithItem(Mandate.UNKNOWN);
  }

  @Override
  public Boolean maySpeakForIfKnown(DeviceAddress gateway, DeviceAddress device) {
    if (!gateway.tenant().equals(device.tenant())) {
      return false;
    }
    return devices.fresh(device).map(known -> known.isBehind(gateway)).orElse(null);
  }

  @Override
  public Uni<Boolean> isKnown(DeviceAddress device) {
    return view(device).map(DeviceAnswers.Known::isEnabled);
  }

  @Override
  public void onWithdrawal(Consumer<Withdrawal> listener) {
    feed.listen(listener);
  }

  private Uni<DeviceAnswers.Known> view(DeviceAddress device) {
    return followed().flatMap(followed -> devices.get(device));
  }

  /**
   * At start for a moment, with the registry away for as long as it is, the log has no position.
   */
  private Uni<Void> followed() {
    return feed.isAnchored()
        ? Uni.createFrom().voidItem()
        : feed.anchored()
            .ifNoItem()
            .after(config.requestTimeout())
            .failWith(() -> new RegistryAwayException("its log is not followed yet"));
  }

  private static Admission admission(VerifyAnswer answer) {
    return switch (answer) {
      case VerifyAnswer.Allowed allowed -> new Admission.Granted(allowed);
      case VerifyAnswer.Denied denied -> new Admission.Denied(denied.reason());
    };
  }

  private static Admission nobodyCanTell(Throwable away) {
    LOG.debugf("Nobody can tell who may connect: %s", away.getMessage());
    return new Admission.Unavailable();
  }
}
