package io.muster.command.queue;

import io.muster.command.life.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one transaction makes of a command. For one thread. */
final class Course {
  private final Command before;
  private final boolean ofJob;
  private final Instant createdAt;
  private final List<Command> steps = new ArrayList<>(2);
  private Command now;

  /**
   * @param ofJob whether it is a job's command
   * @param createdAt when somebody asked for it
   */
  Course(Command before, boolean ofJob, Instant createdAt) {
    this.before = before;
    this.ofJob = ofJob;
    this.createdAt = createdAt;
    this.now = before;
  }

  boolean isOfJob() {
    return ofJob;
  }

  Command now() {
    return now;
  }

  void goOn(Command next) {
    if (next.state() != now.state()) {
      steps.add(next);
    }
    now = next;
  }

  /** The command as it was at each state that it came into. */
  List<Command> steps() {
    return steps;
  }

  /** How it has ended, if it has in this transaction: what is read has not. */
  Optional<Ended> ended() {
    return now.isFinished()
        ? Optional.of(
            new Ended(now.state(), now.reason(), Duration.between(createdAt, now.since())))
        : Optional.empty();
  }

  boolean isChanged() {
    return now != before && !now.equals(before);
  }
}
