package io.muster.command.life;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What is to be done about the open commands of one device: which have ended by the time, which is
 * sent now, when to look again. Nothing is sent behind a command that may be sent again. Pure.
 */
public final class DeviceQueue {
  /**
   * Between looks at what cannot be judged yet: a tenth of how far back hearing is, within these.
   */
  private static final Duration SOONEST = Duration.ofMillis(200);

  private static final Duration LATEST = Duration.ofSeconds(15);

  private DeviceQueue() {}

  /**
   * @param commands the same as before, in their order, some of them changed
   * @param sent those of them that are to be handed to the outbox, under their attempt's message id
   * @param lookAt when something is to be done next without anything happening; empty for never
   */
  public record Plan(List<Command> commands, List<Command> sent, Optional<Instant> lookAt) {
    public Plan {
      commands = List.copyOf(commands);
      sent = List.copyOf(sent);
    }
  }

  /**
   * @param commands that have not ended, in their order
   * @param messageIds gives ids for what is sent
   */
  public static Plan look(
      List<Command> commands, Presence presence, Instant now, Supplier<UUID> messageIds) {
    return look(commands, presence, command -> false, now, now, messageIds);
  }

  /**
   * The same for a device that fetches some of its commands itself: those are not sent, and neither
   * hold up others nor are held up. What the device said lately may not be known yet.
   *
   * @param fetched which are
   * @param judgedAt as of when it is judged whether the device was silent for too long, and whether
   *     a message has not arrived; not after now
   */
  public static Plan look(
      List<Command> commands,
      Presence presence,
      Predicate<Command> fetched,
      Instant now,
      Instant judgedAt,
      Supplier<UUID> messageIds) {
    List<Command> after = new ArrayList<>(commands.size());
    List<Command> sent = new ArrayList<>();
    Instant lookAt = null;
    var heldUp = presence == Presence.ABSENT;
    for (var command : commands) {
      var isSent = !fetched.test(command);
      // Nobody can have said anything of what was neither sent nor may be fetched.
      var next = command.at(isSent && command.attempts() == 0 ? now : judgedAt);
      if (isSent && !heldUp && next.wantsSending(now, judgedAt)) {
        next = next.sending(messageIds.get(), now);
        sent.add(next);
      }
      if (isSent && !heldUp && next.mayBeSent() && now.isBefore(next.terms().expiresAt())) {
        lookAt = earlier(lookAt, notPast(next.nextAttemptAt(), now, judgedAt));
      }
      lookAt = earlier(lookAt, next.nextTimer().map(it -> notPast(it, now, judgedAt)).orElse(null));
      heldUp |= isSent && next.holdsUp();
      after.add(next);
    }
    return new Plan(after, sent, Optional.ofNullable(lookAt));
  }

  /** What is due and cannot be judged yet is looked at again when more may have been heard. */
  private static Instant notPast(Instant timer, Instant now, Instant judgedAt) {
    if (timer.isAfter(now)) {
      return timer;
    }
    var behind = Duration.between(judgedAt, now).dividedBy(10);
    return now.plus(
        behind.compareTo(SOONEST) < 0 ? SOONEST : behind.compareTo(LATEST) > 0 ? LATEST : behind);
  }

  private static Instant earlier(Instant one, Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return other.isBefore(one) ? other : one;
  }
}
