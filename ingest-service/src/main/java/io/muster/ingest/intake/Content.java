package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.Reading;
import io.muster.ingest.deadletters.DeadLetter;
import io.muster.outbox.OutboxEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What is written for one thing that was offered. */
sealed interface Content {

  /** What a row takes beside what is counted byte by byte, about. */
  int ROW_BYTES = 128;

  /** How many rows it makes. */
  int rows();

  /** What it takes in memory and in a statement, about. */
  int bytes();

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

    @Override
    public int bytes() {
      var bytes = ROW_BYTES;
      for (var reading : readings) {
        bytes += reading.bytes();
      }
      return bytes;
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

    @Override
    public int bytes() {
      return ROW_BYTES + publication.heldBytes();
    }
  }

  /** A message for the services. */
  record Message(OutboxEntry entry) implements Content {
    @Override
    public int rows() {
      return 1;
    }

    @Override
    public int bytes() {
      return ROW_BYTES
          + entry.payload().length
          + entry.userProperties().heldBytes()
          + entry.carried().heldBytes();
    }
  }

  /** A message that is not understood or not wanted. */
  record Refused(DeadLetter letter) implements Content {
    @Override
    public int rows() {
      return 1;
    }

    @Override
    public int bytes() {
      return ROW_BYTES + letter.payload().length + Content.bytes(letter.userProperties());
    }
  }

  private static int bytes(Map<String, String> properties) {
    var bytes = 0;
    if (!properties.isEmpty()) {
      for (var property : properties.entrySet()) {
        bytes += ROW_BYTES + length(property.getKey()) + length(property.getValue());
      }
    }
    return bytes;
  }

  private static int length(String text) {
    return text == null ? 0 : text.length();
  }
}
