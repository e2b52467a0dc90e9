package io.muster.rest.sessions;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.SessionPage;
import io.muster.outbox.chore.Chore;
import io.muster.outbox.chore.Outage;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * That ingest is asked for all who are connected, because its log was lost: one page at a time,
 * with what is seen of it in the log and in metrics. Where a gap is kept, and what is done with a
 * page, is each service's own. Thread-safe.
 */
public final class SessionRetelling {
  private static final Logger LOG = Logger.getLogger(SessionRetelling.class);

  private final Clock clock;
  private final Counter retold;
  private volatile Instant since;

  /** Who is connected, from somebody on. */
  @FunctionalInterface
  public interface Asked {
    /**
     * A page.
     *
     * @param after the last page's {@code next}; empty at the beginning
     */
    Uni<SessionPage> page(String after, int limit);
  }

  /**
   * @param retold the name of the counter of connections that were told again
   * @param gap the name of the gauge of how long it has not been known who is connected
   */
  public SessionRetelling(String retold, String gap, Clock clock, MeterRegistry meters) {
    this.clock = clock;
    this.retold =
        Counter.builder(retold)
            .description("Connections that ingest told of again after its log was lost")
            .register(meters);
    Gauge.builder(gap, this, SessionRetelling::gapSeconds)
        .baseUnit("seconds")
        .description("For how long it has not been known who is connected; 0 while it is")
        .register(meters);
  }

  /** Goes on with the next page, unless the one before is still on its way. */
  public static Chore chore(Supplier<Uni<Void>> goOn) {
    return new Chore(
        goOn,
        new Outage(
            LOG,
            "Who is connected cannot be asked for now: %s",
            "Who is connected is asked again"));
  }

  /**
   * Notes what was found of a gap.
   *
   * @param begun since when; null when there is none
   */
  public void gapSince(Instant begun) {
    since = begun;
  }

  /**
   * The transaction that took a page is over.
   *
   * @param taken whether it counted; not when another instance was quicker, or the log was lost
   *     once more
   */
  public void committed(boolean taken, SessionPage page) {
    if (taken) {
      retold.increment(page.items().size());
      if (page.next() == null) {
        since = null;
        LOG.info("It is known again who is connected");
      }
    }
  }

  private double gapSeconds() {
    var begun = since;
    return begun == null
        ? 0
        : Math.max(0, Duration.between(begun, clock.instant()).toMillis()) / 1e3;
  }
}
