package io.muster.localstack.home;

import io.muster.localstack.UserMistake;

/**
 * Shifts every port of a stack, so that two fit on one machine.
 *
 * @param value added to each default
 */
public record PortOffset(int value) {
  /** The environment variable that sets it. */
  public static final String VARIABLE = "MUSTER_PORT_OFFSET";

  private static final int HIGHEST_DEFAULT = 8983 + 700; // TLS of the eighth replica
  private static final int STEP = 1000;
  private static final int HIGHEST = 65_535 - HIGHEST_DEFAULT;

  /**
   * @throws UserMistake when a shifted port would not exist
   */
  public PortOffset {
    if (value < 0 || value > HIGHEST) {
      throw new UserMistake(
          "%s is a number from 0 to %d; it is %d.".formatted(VARIABLE, HIGHEST, value));
    }
  }

  /**
   * Reads it; absent or blank is 0.
   *
   * @throws UserMistake when it is no number or too large
   */
  public static PortOffset parse(String text) {
    if (text == null || text.isBlank()) {
      return new PortOffset(0);
    }
    try {
      return new PortOffset(Integer.parseInt(text.strip()));
    } catch (NumberFormatException e) {
      throw new UserMistake(
          "%s is a number from 0 to %d; it is “%s”.".formatted(VARIABLE, HIGHEST, text), e);
    }
  }

  /** Another one to try when ports are taken. */
  public PortOffset next() {
    return new PortOffset(value + STEP > HIGHEST ? 0 : value + STEP);
  }

  public int of(int port) {
    return port + value;
  }
}
