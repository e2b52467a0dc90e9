package io.muster.ingest.access;

import com.github.benmanes.caffeine.cache.Ticker;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.outbox.EventFollower;
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
  private static final int LOG_PAGE = 200;

  private final RegistryClient registry;
  private final AccessConfig config;
  private final AccessMetrics metrics;
  private final WithdrawalFeed feed;
  private final EventFollower follower;
  private final ProofKey.Maker keys = new ProofKey.Maker();
  private final AnswerCache<ProofKey, Verified> credentials;
  private final AnswerCache<DeviceAddress, Known> devices;

  /** An answer about a client, and who it said it is (or null). */
  private record Verified(DeviceAddress claimed, VerifyAnswer answer) {
    DeviceAddress device() {
      return switch (answer) {
        case VerifyAnswer.Allowed allowed -> allowed.device();
        case VerifyAnswer.Denied denied -> claimed;
      };
    }

    Instant validUntil() {
      return switch (answer) {
        case VerifyAnswer.Allowed allowed -> allowed.validUntil();
        case VerifyAnswer.Denied denied -> null;
      };
    }
  }

  /** What the registry knows of a device. */
  private record Known(DeviceAddress device, Optional<DeviceView> view) {
    boolean isBehind(DeviceAddress gateway) {
      return view.filter(
              known ->
                  known.enabled()
                      && gateway.tenant().equals(device.tenant())
                      && gateway.device().equals(known.gateway()))
          .isPresent();
    }
  }

  RegistryAccess(
      RegistryClient registry,
      AccessConfig config,
      AccessMetrics metrics,
      Clock clock,
      Ticker ticker) {
    this.registry = registry;
    this.config = config;
    this.metrics = metrics;
    var withdrawals =
        new Withdrawals(
            config.staleFor().plus(config.freshFor()),
            config.cachedCredentials() + config.cachedGatewayRelations(),
            ticker);
    this.feed = new WithdrawalFeed(registry, withdrawals, metrics);
    this.follower =
        new EventFollower(
            new EventFollower.Settings(
                "registry",
                LOG_PAGE,
                config.logPollInterval(),
                config.requestTimeout().multipliedBy(3),
                config.logPollInterval()),
            (after, limit) -> metrics.timed("events", () -> registry.events(after, limit)),
            feed,
            clock);
    this.credentials =
        new AnswerCache<>(
            new AnswerCache.Settings<>(
                "credential",
                config.cachedCredentials(),
                this::freshFor,
                this::usableFor,
                Verified::validUntil,
                config.recheckAfter()),
            clock,
            ticker,
            (verified, askedAt) ->
                verified.device() == null || withdrawals.allow(verified.device(), askedAt),
            metrics);
    this.devices =
        new AnswerCache<>(
            new AnswerCache.Settings<>(
                "gateway",
                config.cachedGatewayRelations(),
                known -> known.view().isPresent() ? config.freshFor() : config.refusedFor(),
                known -> known.view().isPresent() ? config.staleFor() : config.refusedFor(),
                known -> null,
                config.recheckAfter()),
            clock,
            ticker,
            (known, askedAt) -> withdrawals.allow(known.device(), askedAt),
            metrics);
  }

  private Duration freshFor(Verified verified) {
    return switch (verified.answer()) {
      case VerifyAnswer.Allowed allowed -> config.freshFor();
      case VerifyAnswer.Denied denied -> config.refusedFor();
    };
  }

  private Duration usableFor(Verified verified) {
    return switch (verified.answer()) {
      case VerifyAnswer.Allowed allowed -> config.staleFor();
      case VerifyAnswer.Denied denied -> config.refusedFor();
    };
  }

  void start() {
    follower.start();
  }

  /** Reads the registry's log at once. */
  void wakeUp() {
    follower.wakeUp();
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
    var request = new VerifyRequest(device, proof, remoteAddress);
    return followed()
        .flatMap(
            followed ->
                credentials.get(
                    keys.of(device, proof),
                    () ->
                        metrics
                            .timed("verify", () -> registry.verify(request))
                            .map(answer -> new Verified(device, answer))))
        .map(verified -> admission(verified.answer()))
        .onFailure()
        .recoverWithItem(RegistryAccess::nobodyCanTell)
        .invoke(metrics::admission);
  }

  @Override
  public Uni<Boolean> maySpeakFor(DeviceAddress gateway, DeviceAddress device) {
    if (!gateway.tenant().equals(device.tenant())) {
      return Uni.createFrom().item(false);
    }
    return view(device)
        .map(known -> known.isBehind(gateway))
        .onFailure()
        .invoke(RegistryAccess::nobodyCanTell)
        .onFailure()
        .recoverWithItem(false);
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
    return view(device).map(known -> known.view().filter(DeviceView::enabled).isPresent());
  }

  @Override
  public void onWithdrawal(Consumer<Withdrawal> listener) {
    feed.listen(listener);
  }

  private Uni<Known> view(DeviceAddress device) {
    return followed()
        .flatMap(
            followed ->
                devices.get(
                    device,
                    () ->
                        metrics
                            .timed("device", () -> registry.device(device))
                            .map(view -> new Known(device, view))));
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
