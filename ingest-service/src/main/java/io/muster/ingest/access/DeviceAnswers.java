package io.muster.ingest.access;

import com.github.benmanes.caffeine.cache.Ticker;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceView;
import io.muster.rest.answers.AnswerCache;
import io.muster.rest.answers.Withdrawals;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * What the registry said about devices: whether they exist, and who their gateway is. Thread-safe.
 */
final class DeviceAnswers {
  private final RegistryClient registry;
  private final AccessConfig config;
  private final AccessMetrics metrics;
  private final AnswerCache<DeviceAddress, Known> cache;

  /**
   * What the registry knows of a device.
   *
   * @param view empty when there is no such device
   */
  record Known(DeviceAddress device, Optional<DeviceView> view) {
    boolean isEnabled() {
      return view.filter(DeviceView::enabled).isPresent();
    }

    boolean isBehind(DeviceAddress gateway) {
      return isEnabled()
          && gateway.tenant().equals(device.tenant())
          && gateway.device().equals(view.get().gateway());
    }
  }

  /** That a device is not there or may not take part gives nothing; any word may make it wrong. */
  private record Told(Withdrawals withdrawals) implements AnswerCache.Words<Known> {
    @Override
    public boolean areSilent(Known known, long askedAtNanos) {
      return withdrawals.areSilent(known.device(), askedAtNanos);
    }

    @Override
    public boolean allow(Known known, long asOfNanos) {
      return known.isEnabled()
          ? withdrawals.allowMandate(known.device(), asOfNanos)
          : areSilent(known, asOfNanos);
    }

    @Override
    public Known amend(Known known, long askedAtNanos) {
      return known;
    }
  }

  DeviceAnswers(
      RegistryClient registry,
      AccessConfig config,
      AccessMetrics metrics,
      Withdrawals withdrawals,
      Clock clock,
      Ticker ticker) {
    this.registry = registry;
    this.config = config;
    this.metrics = metrics;
    this.cache =
        new AnswerCache<>(
            new AnswerCache.Settings<>(
                "device",
                config.cachedDevices(),
                known -> servesFor(known, config.freshFor()),
                known -> servesFor(known, config.staleFor()),
                known -> null,
                known -> known.view().isPresent(),
                config.recheckAfter()),
            clock,
            ticker,
            new Told(withdrawals),
            metrics);
  }

  private Duration servesFor(Known known, Duration whenThere) {
    return known.view().isPresent() ? whenThere : config.refusedFor();
  }

  Optional<Known> fresh(DeviceAddress device) {
    return cache.fresh(device);
  }

  /** Fails with {@link RegistryAwayException} when nobody can tell. */
  Uni<Known> get(DeviceAddress device) {
    return cache.get(device, () -> ask(device));
  }

  /** See {@link AnswerCache#confirm}. */
  void confirm(long asOfNanos) {
    cache.confirm(asOfNanos);
  }

  private Uni<Known> ask(DeviceAddress device) {
    return metrics
        .timed("device", () -> registry.device(device))
        .map(view -> new Known(device, view));
  }
}
