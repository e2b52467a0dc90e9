package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.reading.ContentHash;
import io.muster.contract.reading.Decoded;
import io.muster.contract.reading.EventTime;
import io.muster.contract.reading.Reading;
import io.muster.contract.reading.ReadingDecoder;
import io.muster.contract.reading.ReadingLimits;
import io.muster.contract.reading.UnreadablePayload;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.deadletters.DeadLetter;
import io.muster.ingest.retention.ReadingTimes;
import io.muster.ingest.tracing.DeviceTrace;
import io.muster.outbox.EventIds;
import io.muster.outbox.OutboxEntry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Says what is to be written for a publication. One for each lane; not thread-safe. */
final class Interpreter {
  private static final String CONTENT_ENCODING = "content-encoding";
  private static final int NANOS_PER_MICRO = 1_000;

  /**
   * Arrival times go on from one that is this far ahead of the clock; further ahead the clock was
   * wrong, and is followed.
   */
  private static final Duration FURTHEST_AHEAD = Duration.ofHours(1);

  private final ReadingDecoder decoder;
  private final Supplier<ReadingTimes> times;
  private final EventIds ids;
  private Instant lastArrival = Instant.EPOCH;

  Interpreter(ReadingLimits limits, Supplier<ReadingTimes> times, EventIds ids) {
    this.decoder = new ReadingDecoder(limits);
    this.times = times;
    this.ids = ids;
  }

  /**
   * @param again the id of the dead letter that it was, or null
   */
  Content interpret(Publication publication, UUID again) {
    return switch (publication.topic()) {
      case DeviceTopic.Telemetry telemetry -> readings(telemetry.address(), publication, again);
      case DeviceTopic.Event event -> event(event.address(), publication, again);
      case DeviceTopic.CommandResponse _,
          DeviceTopic.Shadow _,
          DeviceTopic.FirmwareFeedback _,
          DeviceTopic.Presence _,
          DeviceTopic.Aws _,
          DeviceTopic.Provision _ ->
          new Content.Message(
              message(publication, again == null ? ids.next() : ReplayIds.of(again)));
    };
  }

  private Content readings(DeviceAddress device, Publication publication, UUID again) {
    try {
      var decoded =
          decoder.decode(
              publication.payload(),
              publication.contentType(),
              publication.userProperties().get(CONTENT_ENCODING),
              publication.receivedAt());
      return timely(device, publication, decoded, again);
    } catch (UnreadablePayload unreadable) {
      return refused(publication, again, reason(unreadable.reason()), unreadable.getMessage());
    }
  }

  private Content timely(
      DeviceAddress device, Publication publication, Decoded decoded, UUID again) {
    var allowed = times.get();
    var readings = decoded.readings();
    List<Reading> timed = null;
    for (int i = 0; i < readings.size(); i++) {
      var reading = readings.get(i);
      if (reading.time() == null) {
        timed = timed == null ? new ArrayList<>(readings) : timed;
        timed.set(i, reading.at(arrival(publication, i, again)));
        continue;
      }
      var refusal = allowed.refusal(reading.time(), publication.receivedAt());
      if (refusal != null) {
        return refused(publication, again, refusal, "a reading's time is not one that is kept");
      }
    }
    return new Content.Readings(device, timed == null ? readings : timed, decoded.traceparent());
  }

  /**
   * When it arrived, and no two readings at once: else two equal ones without a time, of one
   * message or of two, would be taken for one that was sent again. Times therefore never go back:
   * neither when readings come faster than microseconds pass, nor with the clock. What is replayed
   * gets the same time at each attempt.
   */
  private Instant arrival(Publication publication, int place, UUID again) {
    var arrived = publication.receivedAt().truncatedTo(ChronoUnit.MICROS);
    if (again != null) {
      return arrived.plusNanos((long) place * NANOS_PER_MICRO);
    }
    var isTaken =
        !arrived.isAfter(lastArrival) && arrived.plus(FURTHEST_AHEAD).isAfter(lastArrival);
    lastArrival = isTaken ? lastArrival.plusNanos(NANOS_PER_MICRO) : arrived;
    return lastArrival;
  }

  /** Kept as it came, whatever it is; only a time that cannot be is refused. */
  private Content event(DeviceAddress device, Publication publication, UUID again) {
    var own = EventTime.of(publication.payload());
    var refusal = own.map(time -> times.get().refusal(time, publication.receivedAt())).orElse(null);
    if (refusal != null) {
      return refused(publication, again, refusal, "the event's time is not one that is kept");
    }
    var time = own.orElseGet(() -> arrival(publication, 0, again));
    return new Content.Event(device, ContentHash.of(publication.payload()), time, publication);
  }

  private OutboxEntry message(Publication publication, UUID id) {
    return new OutboxEntry(
        id,
        publication.topic().name(),
        Math.max(1, publication.qos()),
        publication.contentType(),
        DeviceTrace.onwards(publication.userProperties(), publication.trace()),
        publication.payload(),
        publication.receivedAt(),
        publication.carried());
  }

  /** The publication as a dead letter. */
  Content.Refused refused(
      Publication publication, UUID again, DeadLetterReason reason, String detail) {
    return new Content.Refused(
        new DeadLetter(
            again == null ? ids.next() : again,
            publication.publisher(),
            publication.topic().device(),
            publication.topic().name(),
            publication.qos(),
            publication.contentType(),
            publication.userProperties().asMap(),
            publication.payload(),
            publication.payload().length,
            reason,
            detail,
            publication.receivedAt()));
  }

  private static DeadLetterReason reason(UnreadablePayload.Reason reason) {
    return switch (reason) {
      case MALFORMED -> DeadLetterReason.MALFORMED;
      case UNKNOWN_ENCODING -> DeadLetterReason.UNKNOWN_ENCODING;
      case EMPTY -> DeadLetterReason.EMPTY;
      case NOT_A_READING -> DeadLetterReason.NOT_A_READING;
      case TOO_MANY_FIELDS -> DeadLetterReason.TOO_MANY_FIELDS;
      case TOO_MANY_READINGS -> DeadLetterReason.TOO_MANY_READINGS;
      case TOO_LARGE -> DeadLetterReason.TOO_LARGE;
      case UNSTORABLE_VALUE -> DeadLetterReason.UNSTORABLE_VALUE;
      case MALFORMED_TIME -> DeadLetterReason.MALFORMED_TIME;
    };
  }
}
