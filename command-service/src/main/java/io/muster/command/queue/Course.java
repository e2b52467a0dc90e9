package io.muster.command.queue;

import io.muster.command.life.Command;
import java.util.ArrayList;
import java.util.List;

/** What one transaction makes of a command. For one thread. */
final class Course {
  private final Command before;
  private final boolean ofJob;
  private final List<Command> steps = new ArrayList<>(2);
  private Command now;

  /**
   * @param ofJob whether it is a job's command
   */
  Course(Command before, boolean ofJob) {
    this.before = before;
    this.ofJob = ofJob;
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

  boolean isChanged() {
    return now != before && !now.equals(before);
  }
}
