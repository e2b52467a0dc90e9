package io.muster.command.inbox;

import io.muster.command.life.Answer;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import java.time.Instant;
import java.util.UUID;

/** What ingest's log tells that is of interest here. */
sealed interface Step {

  /** Whose commands it is about. */
  DeviceAddress device();

  /**
   * A device answered.
   *
   * @param properties of its message, with the trace that the endpoint saw it in
   */
  record Answered(DeviceAddress device, UUID command, Answer answer, UserProperties properties)
      implements Step {}

  /**
   * A device's MQTT client has a message.
   *
   * @param command which, or null for a one-way command of that name
   * @param messageId of the message, or null when it is not told
   */
  record Delivered(DeviceAddress device, UUID command, String name, UUID messageId, Instant at)
      implements Step {}

  /** A client connected. */
  record Connected(DeviceAddress device, String client, long epoch, Instant at) implements Step {}

  /** A client hears from now on what is said to the device, which may be another one. */
  record Listens(DeviceAddress device, String client, long epoch, Instant at) implements Step {}

  /** A client's connection ended. */
  record Disconnected(DeviceAddress device, String client, long epoch, Instant at)
      implements Step {}
}
