package io.muster.ingest.endpoint.limits;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets CONNECTs be looked at: so many at a time, since each asks the registry and the database, and
 * so many in a second, so that a fleet that comes back takes nothing from those that are connected.
 * The others wait in the order of their coming. Thread-safe.
 */
public final class AdmissionLine {
  /** Short enough to keep to the rate, and long enough to let in several at a time. */
  private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private static final double BURST_SECONDS = 0.1;

  /** Runs something after a while. */
  @FunctionalInterface
  public interface Timer {
    void after(Runnable task, long nanos);
  }

  /**
   * @param mostAtOnce that may be looked at and have no answer yet
   * @param mostWaiting that may stand in the line
   * @param perSecond that may be looked at in a second, at least 1
   * @param patience for which nobody waits longer, as far as the rate tells
   */
  public record Limits(int mostAtOnce, int mostWaiting, int perSecond, Duration patience) {}

  private final Limits limits;
  private final LongSupplier nanoClock;
  private final RateLimit rate;
  private final LinkedHashSet<Ticket> waiting = new LinkedHashSet<>();
  private Timer timer;
  private boolean timerRuns;
  private boolean lettingAllIn;
  private int underWay;

  public AdmissionLine(Limits limits, LongSupplier nanoClock) {
    this.limits = limits;
    this.nanoClock = nanoClock;
    this.rate =
        new RateLimit(
            limits.perSecond(),
            Math.max(1, limits.perSecond() * BURST_SECONDS),
            nanoClock.getAsLong());
  }

  /** To be called before anybody joins. */
  public synchronized void useTimer(Timer one) {
    timer = one;
  }

  /**
   * Stands in the line.
   *
   * @param turn called once, on any thread, perhaps before this returns, and perhaps when the
   *     ticket was given back in the same moment
   * @return to be given back in any case; null when the line is full, or too long for its patience
   */
  public Ticket join(Runnable turn) {
    var ticket = new Ticket(turn);
    synchronized (this) {
      if (!lettingAllIn && isTooLong()) {
        return null;
      }
      waiting.add(ticket);
    }
    letIn();
    return ticket;
  }

  /** One that comes when nobody waits is not in anybody's way. */
  private boolean isTooLong() {
    var ahead = waiting.size();
    return ahead > 0
        && (ahead >= limits.mostWaiting()
            || (ahead + 1) * 1_000L > limits.patience().toMillis() * limits.perSecond());
  }

  private void letIn() {
    nextOnes().forEach(ticket -> ticket.turn.run());
  }

  private synchronized List<Ticket> nextOnes() {
    List<Ticket> next = new ArrayList<>();
    while (!waiting.isEmpty() && mayBeNext()) {
      var ticket = waiting.removeFirst();
      ticket.isUnderWay = true;
      underWay++;
      next.add(ticket);
    }
    return next;
  }

  private boolean mayBeNext() {
    if (lettingAllIn) {
      return true;
    }
    if (underWay >= limits.mostAtOnce()) {
      return false;
    }
    var pauseNanos = rate.charge(nanoClock.getAsLong());
    if (pauseNanos == 0) {
      return true;
    }
    rate.refund();
    if (!timerRuns) {
      timerRuns = true;
      timer.after(this::goOn, Math.max(LEAST_PAUSE_NANOS, pauseNanos));
    }
    return false;
  }

  private void goOn() {
    synchronized (this) {
      timerRuns = false;
    }
    letIn();
  }

  /** From now on nobody waits: all will be told the same. */
  public void letAllIn() {
    synchronized (this) {
      lettingAllIn = true;
    }
    letIn();
  }

  /** How many wait. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** How many are being looked at. */
  public synchronized int underWay() {
    return underWay;
  }

  /** Somebody's place in the line, and then at the desk. Thread-safe. */
  public final class Ticket {
    private final Runnable turn;
    private boolean isUnderWay;

    private Ticket(Runnable turn) {
      this.turn = turn;
    }

    /** The CONNECT has its answer, or needs none any more; again it does nothing. */
    public void giveBack() {
      synchronized (AdmissionLine.this) {
        waiting.remove(this);
        if (isUnderWay) {
          isUnderWay = false;
          underWay--;
        }
      }
      letIn();
    }
  }
}
