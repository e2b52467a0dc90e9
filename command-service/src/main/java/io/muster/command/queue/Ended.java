package io.muster.command.queue;

import io.muster.command.life.State;
import java.time.Duration;

/**
 * How a command has ended.
 *
 * @param state its last
 * @param reason of the state, or null
 * @param took from when somebody asked for it
 */
public record Ended(State state, String reason, Duration took) {
  public Ended {
    // Clocks of instances differ.
    took = took.isNegative() ? Duration.ZERO : took;
  }
}
