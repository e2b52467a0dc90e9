package io.muster.localstack.device;

import io.muster.localstack.UserMistake;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Sends every message of a source until its PUBACK has come: what was not acknowledged when a
 * connection ended is sent again on the next one, in order. {@link #run()} works on the calling
 * thread; the other methods may be called from any.
 */
public final class AtLeastOnceSender {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
  private static final Duration RESEND_REFUSED_AFTER = Duration.ofMillis(500);

  private final Link.Maker maker;
  private final Runnable renewCredential;
  private final MessageSource source;
  private final SendingLimits limits;
  private final SendingEvents events;
  private final Clock clock;

  private final LinkedBlockingQueue<Happening> inbox = new LinkedBlockingQueue<>();
  private final Map<Long, byte[]> unacknowledged = new LinkedHashMap<>();
  private final Set<Long> toSendAgain = new LinkedHashSet<>();
  private Optional<Link> link = Optional.empty();
  private long sequence;
  private int generation;
  private int failures;
  private boolean credentialRenewed;
  private Instant connectAt = Instant.MIN;
  private Instant sendAgainAt = Instant.MAX;
  private Instant lastProgress;
  private volatile boolean stopped;

  /**
   * @param maker connects the device
   * @param renewCredential called once when the endpoint refuses the device's credential
   */
  AtLeastOnceSender(
      Link.Maker maker,
      Runnable renewCredential,
      MessageSource source,
      SendingLimits limits,
      SendingEvents events,
      Clock clock) {
    this.maker = maker;
    this.renewCredential = renewCredential;
    this.source = source;
    this.limits = limits;
    this.events = events;
    this.clock = clock;
    this.lastProgress = clock.instant();
  }

  /**
   * Sends until the source is empty and all is answered, until {@link #stop()}, or until patience
   * is over.
   *
   * @return how many messages were never answered
   * @throws UserMistake when the endpoint does not let the device in
   */
  public long run() {
    try {
      while (!stopped && !finished() && !outOfPatience()) {
        connectWhenDue();
        sendAgainWhenDue();
        sendWhatIsDue();
        handleOne();
        events.passing();
      }
    } finally {
      link.ifPresent(Link::close);
    }
    return unacknowledged.size();
  }

  /** Ends {@link #run()} soon. */
  public void stop() {
    stopped = true;
    inbox.add(new Happening.Nothing());
  }

  /** Ends the connection in an orderly way; it is made anew. */
  public void dropConnection() {
    inbox.add(new Happening.Drop());
  }

  private boolean finished() {
    return unacknowledged.isEmpty() && source.nextDue().isEmpty();
  }

  private boolean outOfPatience() {
    var waiting = !unacknowledged.isEmpty() || link.isEmpty();
    if (!waiting) {
      lastProgress = clock.instant();
    }
    return clock.instant().isAfter(lastProgress.plus(limits.patience()));
  }

  private void connectWhenDue() {
    if (link.isPresent() || clock.instant().isBefore(connectAt)) {
      return;
    }
    generation++;
    try {
      link = Optional.of(maker.connect(new GenerationInbox(generation)));
      failures = 0;
      toSendAgain.clear();
      events.connected();
      unacknowledged.forEach(link.get()::publish);
    } catch (Link.UnreachableException e) {
      retryLater(e.getMessage());
    } catch (Link.RefusedException e) {
      refusedAtConnect(e.getMessage());
    }
  }

  private void refusedAtConnect(String reason) {
    if (credentialRenewed) {
      throw new UserMistake("The endpoint does not let the device in: " + reason + ".");
    }
    credentialRenewed = true; // the kept one may be of a database that was reset since
    renewCredential.run();
    retryLater(reason);
  }

  private void retryLater(String reason) {
    connectAt = clock.instant().plus(limits.pause(failures++));
    events.disconnected(reason);
  }

  private void sendAgainWhenDue() {
    if (link.isEmpty() || clock.instant().isBefore(sendAgainAt)) {
      return;
    }
    for (Iterator<Long> due = toSendAgain.iterator(); due.hasNext(); due.remove()) {
      var number = due.next();
      link.get().publish(number, unacknowledged.get(number));
    }
    sendAgainAt = Instant.MAX;
  }

  private void sendWhatIsDue() {
    while (link.isPresent()
        && toSendAgain.isEmpty() // the endpoint asked for a pause
        && unacknowledged.size() < limits.window()
        && source.nextDue().filter(due -> !due.isAfter(clock.instant())).isPresent()) {
      var payload = source.next();
      unacknowledged.put(++sequence, payload);
      link.get().publish(sequence, payload);
    }
  }

  private void handleOne() {
    try {
      var happening = inbox.poll(untilSomethingIsDue().toMillis(), TimeUnit.MILLISECONDS);
      while (happening != null) {
        handle(happening);
        happening = inbox.poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped = true;
    }
  }

  private Duration untilSomethingIsDue() {
    var now = clock.instant();
    var soonest = now.plus(LONGEST_WAIT);
    if (link.isEmpty()) {
      soonest = earlier(soonest, connectAt);
    } else if (!toSendAgain.isEmpty()) {
      soonest = earlier(soonest, sendAgainAt);
    } else if (unacknowledged.size() < limits.window()) {
      soonest = earlier(soonest, source.nextDue().orElse(soonest));
    }
    return soonest.isAfter(now) ? Duration.between(now, soonest) : Duration.ZERO;
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private void handle(Happening happening) {
    switch (happening) {
      case Happening.Acknowledged(var number) -> {
        if (answered(number)) {
          events.acknowledged();
        }
      }
      case Happening.Refused(var number, var reason, var again) -> {
        if (again && unacknowledged.containsKey(number)) {
          toSendAgain.add(number);
          sendAgainAt = clock.instant().plus(RESEND_REFUSED_AFTER);
        } else if (answered(number)) {
          events.refused(reason);
        }
      }
      case Happening.Lost(var which, var reason) -> {
        if (which == generation && link.isPresent()) {
          link = Optional.empty();
          retryLater(reason);
        }
      }
      case Happening.Drop() -> {
        link.ifPresent(Link::close);
        link = Optional.empty();
        generation++;
        events.disconnected("dropped on purpose");
      }
      case Happening.Nothing() -> {}
    }
  }

  private boolean answered(long number) {
    var known = unacknowledged.remove(number) != null;
    if (known) {
      toSendAgain.remove(number);
      lastProgress = clock.instant();
    }
    return known;
  }

  private sealed interface Happening {
    record Acknowledged(long sequence) implements Happening {}

    record Refused(long sequence, String reason, boolean again) implements Happening {}

    record Lost(int generation, String reason) implements Happening {}

    record Drop() implements Happening {}

    record Nothing() implements Happening {}
  }

  /** Tells events of one connection from those of the connection before. */
  private final class GenerationInbox implements Link.Inbox {
    private final int which;

    GenerationInbox(int which) {
      this.which = which;
    }

    @Override
    public void acknowledged(long number) {
      inbox.add(new Happening.Acknowledged(number)); // safe is safe, on whichever connection
    }

    @Override
    public void refused(long number, String reason, boolean again) {
      inbox.add(new Happening.Refused(number, reason, again));
    }

    @Override
    public void lost(String reason) {
      inbox.add(new Happening.Lost(which, reason));
    }
  }
}
