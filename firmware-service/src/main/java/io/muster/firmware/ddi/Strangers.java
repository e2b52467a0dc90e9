package io.muster.firmware.ddi;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.answers.ProofKey;
import io.muster.rest.bans.Bans;
import io.muster.rest.bans.QuietLog;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Keeps what strangers show from costing more than a look into memory: a proof that was refused is
 * refused again for a moment, and who fails again and again is banned for a while, a device from
 * its address, or the address. A proof that held of late is no stranger's: bans do not concern it,
 * so that the devices behind one address do not pay for another one there. It is looked at all the
 * same. Bounded; thread-safe.
 */
@Startup
@ApplicationScoped
class Strangers {
  private static final Logger LOG = Logger.getLogger("io.muster.firmware.access");
  private static final int LINES = 100;
  private static final long LINES_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Bans bans;
  private final Cache<ProofKey, Boolean> known;
  private final Cache<ProofKey, Boolean> refused;
  private final QuietLog quiet;
  private final Ticker ticker;

  /**
   * Somebody shows something.
   *
   * @param device who it says it is
   * @param proof under which key it is remembered
   */
  record Attempt(DeviceAddress device, Visitor visitor, ProofKey proof) {}

  Strangers(DdiConfig config, MeterRegistry meters, Ticker ticker) {
    var proofs = config.ddi().proofs();
    this.ticker = ticker;
    this.bans = new Bans(config.ddi().bans(), "muster.firmware.device", meters, ticker.read());
    this.quiet = new QuietLog(LINES, LINES_NANOS, ticker.read());
    this.known = remembered(proofs.remembered(), proofs.knownFor());
    this.refused = remembered(proofs.remembered(), proofs.refusedFor());
    Gauge.builder("muster.firmware.device.proofs.known", known, Cache::estimatedSize)
        .description("Proofs that held of late, which bans do not concern")
        .register(meters);
  }

  private Cache<ProofKey, Boolean> remembered(int most, Duration duration) {
    return Caffeine.newBuilder()
        .maximumSize(most)
        .expireAfterWrite(duration)
        .ticker(ticker)
        .build();
  }

  /** For how long nothing that it shows is looked at; zero when it is now. */
  Duration bannedFor(Attempt attempt) {
    var remaining = bans.remaining(attempt.visitor.origin(), attempt.device, ticker.read());
    return isKnown(attempt) ? Duration.ZERO : remaining;
  }

  /** Whether the same was refused a moment ago. */
  boolean wasRefused(Attempt attempt) {
    return refused.getIfPresent(attempt.proof) != null;
  }

  /** It is who it says it is. */
  void held(Attempt attempt) {
    var now = ticker.read();
    known.put(attempt.proof, true);
    // One that is let in although its address is banned does not end the ban for the others.
    if (!bans.isBanned(attempt.visitor.origin(), now)) {
      bans.succeeded(attempt.visitor.origin(), attempt.device, now);
    }
  }

  /** What it showed does not hold. */
  void failed(Attempt attempt) {
    var now = ticker.read();
    known.invalidate(attempt.proof);
    if (!wasRefused(attempt)) {
      refused.put(attempt.proof, true);
    }
    bans.forgetSpent(now);
    switch (bans.failed(attempt.visitor.origin(), attempt.device, now)) {
      case Bans.Verdict.Watched _ -> log("Denied %s from %s%s", attempt, "");
      case Bans.Verdict.DeviceBanned banned ->
          log("Device %s banned from %s for %s s", attempt, banned.lasts().toSeconds());
      case Bans.Verdict.AddressBanned banned ->
          log("After %s: address %s banned for %s s", attempt, banned.lasts().toSeconds());
    }
  }

  private boolean isKnown(Attempt attempt) {
    return known.getIfPresent(attempt.proof) != null;
  }

  private void log(String format, Attempt attempt, Object more) {
    var leftOut = quiet.admit(ticker.read());
    if (leftOut >= 0) {
      LOG.infof(format, attempt.device, attempt.visitor.address(), more);
    }
    if (leftOut > 0) {
      LOG.infof("%d lines about strangers were left out", leftOut);
    }
  }
}
