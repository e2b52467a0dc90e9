package io.muster.command.life;

import io.muster.command.life.Outcome.Changed;
import io.muster.command.life.Outcome.Ignored;
import io.muster.command.life.Outcome.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A command's life: what it is and, by {@link #apply}, what becomes of it. Pure; no clock, no
 * database. Each change gives another one.
 *
 * @param key its place among all commands, and so within its device's queue
 * @param id by which device and caller know it
 * @param name as in its topic name
 * @param terms what was agreed on
 * @param state how far it has come
 * @param reason of the state, or null
 * @param since when it came into its state
 * @param attempts how often it was handed to the outbox; at least 1 once the device has fetched it
 * @param retriesUsed how often that was since no answer came
 * @param attempt the last message that may be on its way, or null
 * @param delivered whether the last message is known to have arrived
 * @param nextAttemptAt not before then it is sent, or sent again
 * @param respondBy until when the device has to give its next sign, or null
 * @param answer the device's last, or null
 */
public record Command(
    long key,
    UUID id,
    String name,
    Terms terms,
    State state,
    String reason,
    Instant since,
    int attempts,
    int retriesUsed,
    Attempt attempt,
    boolean delivered,
    Instant nextAttemptAt,
    Instant respondBy,
    Answer answer) {

  /**
   * So long a message may be on its way to the broker. One that takes longer waits for the broker,
   * and meets whoever is connected when that is back.
   */
  private static final Duration UNDER_WAY = Duration.ofSeconds(1);

  public Command {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(terms, "terms");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(nextAttemptAt, "nextAttemptAt");
  }

  /** One that nobody has done anything about yet. */
  public static Command queued(long key, UUID id, String name, Terms terms, Instant now) {
    return new Command(
        key, id, name, terms, State.QUEUED, null, now, 0, 0, null, false, now, null, null);
  }

  /**
   * Whether it has come to its end. A one-way command that the device has fetched ends with the
   * device's word all the same.
   */
  public boolean isFinished() {
    return state.isFinal()
        || terms.oneWay() && state != State.ACCEPTED && state.compareTo(oneWayEnd()) >= 0;
  }

  /** What becomes of it. */
  public Outcome apply(Happening happening) {
    if (isFinished()) {
      return new Ignored(Why.LATE);
    }
    return switch (happening) {
      case Happening.AtBroker it -> atBroker(it);
      case Happening.NotPublished it -> notPublished(it);
      case Happening.Delivered it -> delivered(it);
      case Happening.Answered it -> answered(it.answer());
      case Happening.Reported it -> reported(it);
      case Happening.Cancelled it -> new Changed(cancelled(it));
      case Happening.DeviceIsBack it -> deviceIsBack(it);
    };
  }

  /** What time alone does; itself when that is nothing. */
  Command at(Instant now) {
    if (isFinished()) {
      return this;
    }
    if (respondBy != null && !now.isBefore(respondBy)) {
      return silent(now);
    }
    if (now.isBefore(terms.expiresAt()) || isWithDevice()) {
      return this;
    }
    return state == State.QUEUED
        ? become(State.EXPIRED, attempts == 0 ? Reason.NOT_SENT : Reason.MAYBE_SENT, now)
        : become(
            State.TIMED_OUT, state == State.SENT ? Reason.NOT_DELIVERED : Reason.NO_ANSWER, now);
  }

  /** When {@link #at} may do something next. */
  Optional<Instant> nextTimer() {
    if (isFinished()) {
      return Optional.empty();
    }
    return Optional.of(respondBy != null ? respondBy : terms.expiresAt());
  }

  /**
   * Whether a message of it is to be written, as far as it is up to itself and the time. What the
   * device's client has acknowledged lately may not be known yet: what the broker has is not sent
   * again before. Else whoever is slow to hear makes more of what it is slow to hear.
   *
   * @param judgedAt as of when it is known; not after now
   */
  boolean wantsSending(Instant now, Instant judgedAt) {
    var asOf = attempt == null ? now : judgedAt;
    return mayBeSent() && !asOf.isBefore(nextAttemptAt) && now.isBefore(terms.expiresAt());
  }

  /** The same at some time to come. */
  boolean mayBeSent() {
    return !isFinished() && !isWithDevice() && (attempt == null || attempt.atBroker());
  }

  /** Whether it may be sent again, so that nothing behind it may be sent: it would overtake. */
  boolean holdsUp() {
    if (isFinished() || state == State.ACCEPTED) {
      return false;
    }
    return !isWithDevice() || retriesUsed < terms.retries();
  }

  /** Handed to the outbox. */
  Command sending(UUID messageId, Instant now) {
    return with(
        state,
        reason,
        since,
        attempts + 1,
        retriesUsed,
        new Attempt(messageId, false),
        false,
        now.plus(terms.backoff(attempts + 1)),
        null,
        answer);
  }

  /** It is the device's turn: the last message arrived, or that is all that will ever be known. */
  private boolean isWithDevice() {
    return delivered;
  }

  private State oneWayEnd() {
    return terms.qos() == 0 ? State.SENT : State.DELIVERED;
  }

  private Outcome atBroker(Happening.AtBroker it) {
    if (attempt == null || !attempt.messageId().equals(it.messageId()) || attempt.atBroker()) {
      return new Ignored(Why.DUPLICATE);
    }
    if (it.presence() == Presence.ABSENT) {
      // Nobody was there to get it; what the endpoint is not asked for it drops.
      return new Changed(without(it.at()));
    }
    var next =
        with(
            state,
            reason,
            since,
            attempts,
            retriesUsed,
            new Attempt(it.messageId(), true),
            delivered,
            it.at()
                .plus(
                    it.presence() == Presence.UNKNOWN
                        ? terms.blindBackoff(attempts)
                        : terms.backoff(attempts)),
            respondBy,
            answer);
    if (it.presence() == Presence.CONNECTED && next.state == State.QUEUED) {
      next = next.become(State.SENT, null, it.at());
    }
    return new Changed(
        terms.qos() == 0 && !delivered && it.presence() == Presence.CONNECTED
            ? next.arrived(it.at())
            : next);
  }

  private Outcome notPublished(Happening.NotPublished it) {
    if (attempt == null || !attempt.messageId().equals(it.messageId()) || attempt.atBroker()) {
      return new Ignored(Why.DUPLICATE);
    }
    return new Changed(without(it.at()));
  }

  private Outcome delivered(Happening.Delivered it) {
    if (attempts == 0) {
      return new Ignored(Why.NOT_SENT);
    }
    if (delivered || state == State.ACCEPTED) {
      return new Ignored(Why.DUPLICATE);
    }
    var next = state.compareTo(State.DELIVERED) < 0 ? become(State.DELIVERED, null, it.at()) : this;
    return new Changed(next.arrived(it.at()));
  }

  private Outcome answered(Answer it) {
    var next = it.leadsTo();
    if (next == null || terms.oneWay()) {
      return new Ignored(Why.MALFORMED);
    }
    if (attempts == 0) {
      return new Ignored(Why.NOT_SENT);
    }
    if (!state.mayBecome(next)) {
      return new Ignored(Why.DUPLICATE);
    }
    var answered =
        with(
            state,
            reason,
            since,
            attempts,
            retriesUsed,
            attempt,
            true,
            nextAttemptAt,
            it.at().plus(terms.responseTimeout()),
            it);
    return new Changed(answered.become(next, null, it.at()));
  }

  private Outcome reported(Happening.Reported it) {
    var next = it.answer().leadsTo();
    if (next == null) {
      return new Ignored(Why.MALFORMED);
    }
    var goesOn = state == State.ACCEPTED && next == State.ACCEPTED;
    if (!goesOn && !state.mayBecome(next)) {
      return new Ignored(Why.DUPLICATE);
    }
    var reported =
        with(
            state,
            reason,
            since,
            Math.max(1, attempts),
            retriesUsed,
            // A message that has not gone out need not any more.
            attempt != null && attempt.atBroker() ? attempt : null,
            true,
            nextAttemptAt,
            it.respondBy(),
            it.answer());
    return new Changed(goesOn ? reported : reported.become(next, null, it.answer().at()));
  }

  private Command cancelled(Happening.Cancelled it) {
    var reasoned =
        it.reason() != null
            ? it.reason()
            : attempts == 0 ? Reason.BEFORE_SENDING : Reason.AFTER_SENDING;
    return become(State.CANCELLED, reasoned, it.at());
  }

  private Outcome deviceIsBack(Happening.DeviceIsBack it) {
    if (!isOvertakenBy(it) && (!mayBeSent() || !nextAttemptAt.isAfter(it.at()))) {
      return new Ignored(Why.DUPLICATE);
    }
    return new Changed(
        with(
            state,
            reason,
            since,
            attempts,
            retriesUsed,
            // What the connection before acknowledged was told before this.
            null,
            delivered,
            it.at(),
            respondBy,
            answer));
  }

  /**
   * Whether the message may meet the connection before this one and be dropped with it, though the
   * broker's word on it comes later. While the broker is away nothing is handed over once more.
   */
  private boolean isOvertakenBy(Happening.DeviceIsBack it) {
    return !isWithDevice()
        && attempt != null
        && !attempt.atBroker()
        && it.at().isBefore(nextAttemptAt.minus(terms.backoff(attempts)).plus(UNDER_WAY));
  }

  /** The device has to say something from now on. */
  private Command arrived(Instant at) {
    return with(
        state,
        reason,
        since,
        attempts,
        retriesUsed,
        attempt,
        true,
        nextAttemptAt,
        terms.oneWay() ? null : at.plus(terms.responseTimeout()),
        answer);
  }

  /** The device has said nothing for as long as it may. */
  private Command silent(Instant now) {
    if (state == State.ACCEPTED) {
      return become(State.TIMED_OUT, Reason.NOT_FINISHED, now);
    }
    if (retriesUsed >= terms.retries() || !now.isBefore(terms.expiresAt())) {
      return become(State.TIMED_OUT, Reason.NO_ANSWER, now);
    }
    return with(
        state,
        reason,
        since,
        attempts,
        retriesUsed + 1,
        null,
        false,
        now.plus(terms.backoff(retriesUsed + 1)),
        null,
        answer);
  }

  /** The last message is not to be counted on; its arrival would still be believed. */
  private Command without(Instant at) {
    return with(
        state,
        reason,
        since,
        attempts,
        retriesUsed,
        null,
        delivered,
        at.plus(terms.backoff(attempts)),
        respondBy,
        answer);
  }

  private Command become(State next, String why, Instant at) {
    if (!state.mayBecome(next)) {
      throw new IllegalStateException(state + " never becomes " + next);
    }
    return with(
        next,
        why,
        at,
        attempts,
        retriesUsed,
        attempt,
        delivered,
        nextAttemptAt,
        next.isFinal() ? null : respondBy,
        answer);
  }

  private Command with(
      State newState,
      String newReason,
      Instant newSince,
      int newAttempts,
      int newRetriesUsed,
      Attempt newAttempt,
      boolean newDelivered,
      Instant newNextAttemptAt,
      Instant newRespondBy,
      Answer newAnswer) {
    return new Command(
        key,
        id,
        name,
        terms,
        newState,
        newReason,
        newSince,
        newAttempts,
        newRetriesUsed,
        newAttempt,
        newDelivered,
        newNextAttemptAt,
        newRespondBy,
        newAnswer);
  }
}
