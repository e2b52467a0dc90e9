package io.muster.command.life;

import java.time.Instant;
import java.util.UUID;

/** What can happen to a command. Time passing is no happening: {@link DeviceQueue} looks at it. */
public sealed interface Happening {

  /** The broker has a message of it. */
  record AtBroker(UUID messageId, Presence presence, Instant at) implements Happening {}

  /** A message of it will not get to the broker; another one may. */
  record NotPublished(UUID messageId, Instant at) implements Happening {}

  /** The device's MQTT client has it. */
  record Delivered(Instant at) implements Happening {}

  /** The device answered. */
  record Answered(Answer answer) implements Happening {}

  /**
   * The device, which fetched the command itself, says how far it has come: also one that was never
   * sent, and again and again while it is at work.
   *
   * @param respondBy until when it has to say something next
   */
  record Reported(Answer answer, Instant respondBy) implements Happening {}

  /** Somebody calls it off. */
  record Cancelled(String reason, Instant at) implements Happening {}

  /**
   * The device is there again, or listens anew: what it has not got is sent at once, also what is
   * just on its way to the broker.
   */
  record DeviceIsBack(Instant at) implements Happening {}
}
