package io.muster.command.life;

import java.time.Instant;

/**
 * A device's word on a command. Whoever makes one must not change the bytes afterwards.
 *
 * @param status as in HTTP: 202 it is at work, another 2xx done, 4xx will not, 5xx tried in vain
 * @param contentType or null
 * @param payload never null
 * @param at when the endpoint got it
 */
public record Answer(int status, String contentType, byte[] payload, Instant at) {
  private static final int AT_WORK = 202;

  /** The state that it leads to; null for a status that means nothing here. */
  State leadsTo() {
    if (status == AT_WORK) {
      return State.ACCEPTED;
    }
    return switch (status / 100) {
      case 2 -> State.SUCCEEDED;
      case 4 -> State.REJECTED;
      case 5 -> State.FAILED;
      default -> null;
    };
  }
}
