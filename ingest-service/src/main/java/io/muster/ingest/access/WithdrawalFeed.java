package io.muster.ingest.access;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.RegistryEvent.CredentialRevoked;
import io.muster.contract.event.RegistryEvent.DeviceCreated;
import io.muster.contract.event.RegistryEvent.DeviceDeleted;
import io.muster.contract.event.RegistryEvent.DeviceDisabled;
import io.muster.contract.event.RegistryEvent.DeviceUpdated;
import io.muster.contract.event.RegistryEvent.GroupChanged;
import io.muster.contract.event.RegistryEvent.PresenceChanged;
import io.muster.contract.event.RegistryEvent.TenantDeleted;
import io.muster.contract.event.RegistryEvent.TenantSuspended;
import io.muster.contract.event.RegistryEvent.TenantUpdated;
import io.muster.contract.event.RegistryEvent.TokenKeyWithdrawn;
import io.muster.outbox.InstanceEffects;
import io.muster.rest.answers.Withdrawals;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * What the registry's events do here: answers that they contradict are believed no more, others
 * that they touch are asked for again, and those who hold connections hear of it. What happened
 * before the log is followed is in the first answers, since none is asked for earlier. Thread-safe.
 */
final class WithdrawalFeed implements InstanceEffects.Effect {
  private static final Logger LOG = Logger.getLogger(WithdrawalFeed.class);

  private final Withdrawals withdrawals;
  private final AccessMetrics metrics;
  private final List<Consumer<Withdrawal>> listeners = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> anchored = new CompletableFuture<>();
  private volatile Runnable whenUpToDate = () -> {};

  WithdrawalFeed(Withdrawals withdrawals, AccessMetrics metrics) {
    this.withdrawals = withdrawals;
    this.metrics = metrics;
  }

  void listen(Consumer<Withdrawal> listener) {
    listeners.add(listener);
  }

  /** Called by the thread that follows, when all that the log held has been taken. */
  void whenUpToDate(Runnable action) {
    whenUpToDate = action;
  }

  /**
   * Completes when the log is followed. An answer from before could be contradicted by an event
   * that nobody here ever reads.
   */
  Uni<Void> anchored() {
    return Uni.createFrom().completionStage(() -> anchored.minimalCompletionStage());
  }

  boolean isAnchored() {
    return anchored.isDone();
  }

  @Override
  public void begin() {
    anchored.complete(null);
  }

  @Override
  public void missed() {
    LOG.error("Withdrawals may have been missed: every device has to show its credential again");
    withdrawals.withdrawAll();
    tell("log-lost", new Withdrawal.OfEverybody());
  }

  @Override
  public void upToDate() {
    whenUpToDate.run();
  }

  @Override
  public void take(OutboxEvent event) {
    try {
      RegistryEvents.read(event).ifPresent(this::take);
    } catch (RuntimeException malformed) {
      // Stopping at it would let every later withdrawal wait; so nothing is believed instead.
      LOG.errorf(malformed, "No answer of the registry so far is believed any more");
      withdrawals.withdrawAll();
      tell("malformed", new Withdrawal.OfEverybody());
    }
  }

  private void take(RegistryEvent event) {
    switch (event) {
      case DeviceCreated created -> withdrawals.change(created.device());
      case DeviceUpdated updated -> {
        // Never by having been disabled, of which there is word of its own.
        withdrawals.change(updated.device());
        tell(event.event(), new Withdrawal.OfMandates(updated.device()));
      }
      case DeviceDisabled disabled -> {
        withdrawals.withdraw(disabled.device());
        tell(event.event(), new Withdrawal.OfDevice(disabled.device()));
      }
      case DeviceDeleted deleted -> {
        withdrawals.withdraw(deleted.device());
        tell(event.event(), new Withdrawal.OfDeleted(deleted.device()));
      }
      case CredentialRevoked revoked -> {
        withdrawals.withdraw(revoked.device(), revoked.credential());
        tell(event.event(), new Withdrawal.OfCredential(revoked.device(), revoked.credential()));
      }
      case TenantSuspended suspended -> {
        withdrawals.withdraw(suspended.tenant());
        tell(event.event(), new Withdrawal.OfTenant(suspended.tenant()));
      }
      case TenantDeleted deleted -> {
        withdrawals.withdraw(deleted.tenant());
        tell(event.event(), new Withdrawal.OfDeletedTenant(deleted.tenant()));
      }
      case TenantUpdated updated -> {
        withdrawals.limit(updated.tenant(), updated.limits());
        tell(event.event(), new Withdrawal.OfLimits(updated.tenant(), updated.limits()));
      }
      case TokenKeyWithdrawn withdrawn -> {
        withdrawals.withdrawKey(withdrawn.tenant(), withdrawn.key());
        tell(event.event(), new Withdrawal.OfTokenKey(withdrawn.tenant(), withdrawn.key()));
      }
      case GroupChanged _ -> {
        // Who may connect does not depend on it.
      }
      case PresenceChanged _ -> {
        // It follows from who is connected, which is known here.
      }
    }
  }

  private void tell(String event, Withdrawal withdrawal) {
    metrics.withdrawal(event);
    for (var listener : listeners) {
      try {
        listener.accept(withdrawal);
      } catch (RuntimeException failed) {
        LOG.errorf(failed, "A listener failed at %s", withdrawal);
      }
    }
  }
}
