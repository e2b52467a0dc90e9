package io.muster.rest.answers;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Ticker;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import java.time.Duration;
import java.util.UUID;

/**
 * What the registry's log has told of devices and tenants, and since when. Any word has the
 * registry asked again, when it can be asked; that also catches an answer that was on its way while
 * its device was being disabled. With the registry away only a word counts that takes back the very
 * thing which the answer gave. Bounded: what does not fit any more is made up for by distrusting
 * all answers of that time. Thread-safe; times are those of the ticker.
 */
public final class Withdrawals {
  private final Ticker ticker;

  /** Devices, tenants, credentials, keys: nobody may do anything with them. */
  private final LastWords withdrawn;

  /** Devices that are not what they were; what is behind which gateway may be another. */
  private final LastWords changed;

  /** Devices and tenants of which something else was told. */
  private final LastWords mentioned;

  private final Cache<TenantId, Told> limits;

  private record Told(DeviceLimits limits, long atNanos) {}

  /**
   * @param rememberFor at least as long as any answer is used
   * @param maximum words of each sort
   */
  public Withdrawals(Duration rememberFor, int maximum, Ticker ticker) {
    this.ticker = ticker;
    this.withdrawn = new LastWords(rememberFor, maximum, ticker);
    this.changed = new LastWords(rememberFor, maximum, ticker);
    this.mentioned = new LastWords(rememberFor, maximum, ticker);
    this.limits =
        Caffeine.newBuilder()
            .expireAfterWrite(rememberFor)
            .maximumSize(maximum)
            .ticker(ticker)
            .executor(Runnable::run)
            .evictionListener(
                (TenantId tenant, Told told, RemovalCause cause) -> {
                  if (cause == RemovalCause.SIZE) {
                    withdrawn.noteAll(told.atNanos());
                  }
                })
            .build();
  }

  /** It was disabled or deleted. */
  public void withdraw(DeviceAddress device) {
    withdrawn.note(device);
  }

  /** It was suspended or deleted. */
  public void withdraw(TenantId tenant) {
    withdrawn.note(tenant);
  }

  /** This credential of the device holds no more; others of it do. */
  public void withdraw(DeviceAddress device, UUID credential) {
    withdrawn.note(credential);
    mentioned.note(device);
  }

  /** No token that this key signed holds any more; all else of the tenant does. */
  public void withdrawKey(TenantId tenant, UUID key) {
    withdrawn.note(key);
    mentioned.note(tenant);
  }

  /** Nothing that was asked for up to now is to be believed. */
  public void withdrawAll() {
    withdrawn.noteAll();
  }

  /** The device was created, or its attributes, type or gateway changed. */
  public void change(DeviceAddress device) {
    changed.note(device);
  }

  /** The tenant's devices may do this much now. */
  public void limit(TenantId tenant, DeviceLimits now) {
    limits.put(tenant, new Told(now, ticker.read()));
    mentioned.note(tenant);
  }

  /** Whether there was no word at all since then by which an answer could be another. */
  public boolean areSilent(DeviceAddress device, long askedAtNanos) {
    return allow(device, askedAtNanos)
        && !changed.isSince(askedAtNanos, device)
        && !mentioned.isSince(askedAtNanos, device)
        && !mentioned.isSince(askedAtNanos, device.tenant());
  }

  /** The same about an answer that let a client in. */
  public boolean areSilent(Allowed answer, long askedAtNanos) {
    return areSilent(answer.device(), askedAtNanos) && allow(answer, askedAtNanos);
  }

  /** Whether what let a client in still does, by all that was told since then. */
  public boolean allow(Allowed answer, long asOfNanos) {
    return allow(answer.device(), asOfNanos)
        && !withdrawn.isSince(asOfNanos, answer.credential())
        && (answer.token() == null || !withdrawn.isSince(asOfNanos, answer.token().key()));
  }

  /** Whether a device that was there and behind a gateway still is. */
  public boolean allowMandate(DeviceAddress device, long asOfNanos) {
    // The word of a change does not say of what: it may have been the gateway.
    return allow(device, asOfNanos) && !changed.isSince(asOfNanos, device);
  }

  private boolean allow(DeviceAddress device, long asOfNanos) {
    return !withdrawn.isSince(asOfNanos, device) && !withdrawn.isSince(asOfNanos, device.tenant());
  }

  /** What let a client in, with the limits that its tenant has now. */
  public Allowed withLimits(Allowed answer, long askedAtNanos) {
    var told = limits.getIfPresent(answer.device().tenant());
    return told == null || told.atNanos() < askedAtNanos
        ? answer
        : new Allowed(
            answer.device(),
            answer.credential(),
            answer.validUntil(),
            told.limits(),
            answer.token());
  }
}
