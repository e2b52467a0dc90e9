package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.Reading;
import io.muster.ingest.deadletters.DeadLetter;
import io.muster.outbox.OutboxEntry;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What is written for one thing that was offered. */
sealed interface Content {

  /** How many rows it makes. */
  int rows();

  /**
   * Readings of a device, each with a time.
   *
   * @param traceparent W3C trace context that came among the members, or null
   */
  record Readings(DeviceAddress device, List<Reading> readings, String traceparent)
      implements Content {
    @Override
    public int rows() {
      return readings.size();
    }
  }

  /**
   * An event of a device, as it came.
   *
   * @param time its own, or that of its arrival
   */
  record Event(DeviceAddress device, UUID id, Instant time, Publication publication)
      implements Content {
    @Override
    public int rows() {
      return 1;
    }
  }

  /** A message for the services. */
  record Message(OutboxEntry entry) implements Content {
    @Override
    public int rows() {
      return 1;
    }
  }

  /** A message that is not understood or not wanted. */
  record Refused(DeadLetter letter) implements Content {
    @Override
    public int rows() {
      return 1;
    }
  }
}
