package io.muster.command.queue;

import java.util.List;
import java.util.UUID;

/**
 * What a transaction did, told after its commit.
 *
 * @param commands those that are not as before
 * @param messages how many were handed to the outbox
 */
public record Written(List<UUID> commands, int messages) {
  public static final Written NOTHING = new Written(List.of(), 0);

  public Written {
    commands = List.copyOf(commands);
  }

  boolean isNothing() {
    return commands.isEmpty() && messages == 0;
  }
}
