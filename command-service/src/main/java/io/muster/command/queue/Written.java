package io.muster.command.queue;

import java.util.List;
import java.util.UUID;

/**
 * What a transaction did, told after its commit.
 *
 * @param commands those that are not as before
 * @param messages how many were handed to the outbox
 * @param ended how those ended that have
 */
public record Written(List<Change> commands, int messages, List<Ended> ended) {
  public static final Written NOTHING = messages(0);

  /**
   * A command that is not as before.
   *
   * @param finished whether it has ended
   */
  public record Change(UUID command, boolean finished) {}

  public Written {
    commands = List.copyOf(commands);
    ended = List.copyOf(ended);
  }

  /** Nothing but messages. */
  public static Written messages(int count) {
    return new Written(List.of(), count, List.of());
  }

  /** The same with more messages. */
  public Written and(int moreMessages) {
    return new Written(commands, messages + moreMessages, ended);
  }

  boolean isNothing() {
    return commands.isEmpty() && messages == 0;
  }
}
