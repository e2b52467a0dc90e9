package io.muster.firmware.inbox;

import com.github.benmanes.caffeine.cache.Ticker;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.topic.PlatformTopic;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.targets.Withdrawal;
import io.muster.outbox.InstanceEffects;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Duration;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * What the registry withdraws, in each instance for the answers that it remembers itself; what was
 * answered before its log is followed is believed no more. So a lost wake-up delays a withdrawal
 * and no more. Called by the thread that follows; what the broker tells, by any.
 */
@ApplicationScoped
class WithdrawalLog implements InstanceEffects.Effect {
  private static final Logger LOG = Logger.getLogger(WithdrawalLog.class);
  private static final long CONFIRM_NANOS = Duration.ofMinutes(1).toNanos();
  private static final Set<String> WITHDRAWING =
      Set.of(
          "credential-revoked",
          "token-key-withdrawn",
          "device-disabled",
          "device-deleted",
          "tenant-suspended",
          "tenant-deleted");

  private final Neighbours neighbours;
  private final Event<Withdrawal> withdrawals;
  private final Event<Withdrawal.UpToDate> upToDate;
  private final Ticker ticker;
  private long askedAt;
  private long confirmedAt;

  WithdrawalLog(
      Neighbours neighbours,
      Event<Withdrawal> withdrawals,
      Event<Withdrawal.UpToDate> upToDate,
      Ticker ticker) {
    this.neighbours = neighbours;
    this.withdrawals = withdrawals;
    this.upToDate = upToDate;
    this.ticker = ticker;
    this.confirmedAt = ticker.read();
  }

  /** A page of the log. */
  Uni<EventPage> page(long after, int limit) {
    askedAt = ticker.read();
    return neighbours.registryEvents(after, limit);
  }

  @Override
  public void begin() {
    withdrawals.fire(new Withdrawal.OfEverybody());
  }

  @Override
  public void missed() {
    LOG.warn("Withdrawals may have been missed: the registry is asked about each proof again");
    withdrawals.fire(new Withdrawal.OfEverybody());
  }

  /** Not at each reading: it goes through all that is remembered. */
  @Override
  public void upToDate() {
    if (askedAt - confirmedAt >= CONFIRM_NANOS) {
      confirmedAt = askedAt;
      upToDate.fire(new Withdrawal.UpToDate(askedAt));
    }
  }

  @Override
  public void take(OutboxEvent event) {
    PlatformTopic.parse(event.topic()).ifPresent(this::take);
  }

  /** One event, read from the log or heard from the broker. */
  void take(PlatformTopic topic) {
    if (WITHDRAWING.contains(topic.event())) {
      try {
        withdrawals.fire(
            topic
                .device()
                .<Withdrawal>map(
                    it -> new Withdrawal.OfDevice(DeviceAddress.of(topic.tenant().value(), it)))
                .orElseGet(() -> new Withdrawal.OfTenant(topic.tenant())));
      } catch (MalformedIdException nobody) {
        // Then nobody was asked about it either.
      }
    }
  }
}
