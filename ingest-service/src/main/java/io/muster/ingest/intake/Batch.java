package io.muster.ingest.intake;

import io.muster.contract.event.DeadLetterEvent;
import io.muster.contract.id.ServiceName;
import io.muster.contract.topic.PlatformTopic;
import io.muster.ingest.deadletters.DeadLetter;
import io.muster.outbox.OutboxEntry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one transaction writes, sorted by table. */
final class Batch {
  private final List<Content.Readings> readings = new ArrayList<>();
  private final List<Content.Event> events = new ArrayList<>();
  private final List<OutboxEntry> messages = new ArrayList<>();
  private final List<DeadLetter> letters = new ArrayList<>();
  private int readingRows;

  /** Leaves out what its QoS 2 identifier shows to be a repetition. */
  Batch(List<Entry> entries) {
    for (var entry : entries) {
      if (!entry.isRepetition()) {
        add(entry.content());
      }
    }
  }

  private void add(Content content) {
    switch (content) {
      case Content.Readings some -> {
        readings.add(some);
        readingRows += some.rows();
      }
      case Content.Event event -> events.add(event);
      case Content.Message message -> messages.add(message.entry());
      case Content.Refused refused -> {
        letters.add(refused.letter());
        messages.add(announcement(refused.letter()));
      }
    }
  }

  /** Under the letter's id, so that repeating the transaction tells of it once. */
  private static OutboxEntry announcement(DeadLetter letter) {
    var topic = PlatformTopic.of(ServiceName.INGEST, "dead-letter", letter.publisher());
    var data =
        new DeadLetterEvent(
            letter.id(), letter.topic(), letter.reason().label(), letter.payloadBytes());
    return OutboxEntry.event(letter.id(), topic, data, letter.receivedAt(), Map.of());
  }

  List<Content.Readings> readings() {
    return readings;
  }

  int readingRows() {
    return readingRows;
  }

  List<Content.Event> events() {
    return events;
  }

  List<OutboxEntry> messages() {
    return messages;
  }

  List<DeadLetter> letters() {
    return letters;
  }

  /** How many tables it writes to. */
  int tables() {
    return (readings.isEmpty() ? 0 : 1)
        + (events.isEmpty() ? 0 : 1)
        + (messages.isEmpty() ? 0 : 1)
        + (letters.isEmpty() ? 0 : 1);
  }

  /** A time of each day of which the partition is not known to be there. */
  Set<Instant> uncoveredTimes(Dictionaries dictionaries) {
    var uncovered = new HashSet<Instant>();
    for (var some : readings) {
      for (var reading : some.readings()) {
        if (!dictionaries.partitions().covers(reading.time())) {
          uncovered.add(reading.time().truncatedTo(ChronoUnit.DAYS));
        }
      }
    }
    return uncovered;
  }
}
