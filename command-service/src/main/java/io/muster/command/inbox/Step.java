package io.muster.command.inbox;

import io.muster.command.aws.JobsRequest;
import io.muster.command.aws.Listening;
import io.muster.command.life.Answer;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * What ingest's log tells that is of interest here. What lacks something is none: to fail at it
 * later, in the transaction, would be to try it again and again.
 */
sealed interface Step {

  /** Whose commands it is about. */
  DeviceAddress device();

  /**
   * A device answered.
   *
   * @param properties of its message, with the trace that the endpoint saw it in
   */
  record Answered(DeviceAddress device, UUID command, Answer answer, UserProperties properties)
      implements Step {
    public Answered {
      Objects.requireNonNull(answer.payload(), "payload");
      Objects.requireNonNull(answer.at(), "at");
    }
  }

  /**
   * A device's MQTT client has a message.
   *
   * @param command which, or null for a one-way command of that name
   * @param messageId of the message, or null when it is not told
   */
  record Delivered(DeviceAddress device, UUID command, String name, UUID messageId, Instant at)
      implements Step {
    public Delivered {
      Objects.requireNonNull(at, "at");
    }
  }

  /** A client connected. */
  record Connected(DeviceAddress device, String client, long epoch, Instant at) implements Step {
    public Connected {
      Objects.requireNonNull(client, "client");
      Objects.requireNonNull(at, "at");
    }
  }

  /** A client hears from now on what is said to the device, which may be another one. */
  record Listens(Listening listening) implements Step {
    public Listens {
      Objects.requireNonNull(listening.client(), "client");
    }

    @Override
    public DeviceAddress device() {
      return listening.device();
    }
  }

  /** A device asks for its jobs over AWS IoT's topics. */
  record Asks(JobsRequest request) implements Step {
    @Override
    public DeviceAddress device() {
      return request.topic().device();
    }
  }

  /** A device's MQTT client has a message there that told it of its jobs. */
  record Told(DeviceAddress device, UUID messageId) implements Step {}

  /** A client's connection ended. */
  record Disconnected(DeviceAddress device, String client, long epoch, Instant at) implements Step {
    public Disconnected {
      Objects.requireNonNull(client, "client");
      Objects.requireNonNull(at, "at");
    }
  }
}
