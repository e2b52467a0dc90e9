package io.muster.ingest.uplink;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionsRetold;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.topic.DeviceTopic;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Whether a batch is one that an edge may hand over: whole, in order, and of what ingest's own log
 * holds. Who comes with another log's words, as the registry's, must not be believed here.
 * Stateless.
 */
final class BatchCheck {
  private static final String PLATFORM = "platform/";
  private static final String OWN = "platform/ingest/";
  private static final String AWS = "aws";
  private static final int MAX_ERRORS = 20;

  private BatchCheck() {}

  /**
   * @param site whose it is
   * @param most how many entries there may be
   * @throws io.muster.rest.problem.RefusedException 422 when it is none
   */
  static void check(String site, UplinkBatch batch, int most) {
    List<FieldError> errors = new ArrayList<>();
    if (batch.log() == null) {
      errors.add(FieldError.at("/log", "must be given"));
    }
    if (batch.after() < 0) {
      errors.add(FieldError.at("/after", "must not be negative"));
    }
    checkBeginning(batch, errors);
    if (batch.entries().size() > most) {
      errors.add(FieldError.at("/entries", "must be at most " + most));
    } else {
      checkEntries(site, batch, errors);
    }
    if (!errors.isEmpty()) {
      throw new Refusal.Meaningless(errors.subList(0, Math.min(MAX_ERRORS, errors.size())))
          .asException();
    }
  }

  private static void checkBeginning(UplinkBatch batch, List<FieldError> errors) {
    var beginning = batch.beginning();
    if (beginning != null && beginning.former() == null) {
      errors.add(FieldError.at("/beginning/former", "must be given"));
    }
    if (beginning != null && beginning.missed() < 0) {
      errors.add(FieldError.at("/beginning/missed", "must not be negative"));
    }
  }

  private static void checkEntries(String site, UplinkBatch batch, List<FieldError> errors) {
    Set<UUID> ids = new HashSet<>();
    var expected = batch.after();
    for (int i = 0; i < batch.entries().size(); i++) {
      var entry = batch.entries().get(i);
      var place = "/entries/" + i;
      expected++;
      if (entry.sequence() != expected) {
        errors.add(FieldError.at(place + "/sequence", "must be " + expected));
      }
      if (!isWhole(entry) || !ids.add(entry.id())) {
        errors.add(FieldError.at(place, "must have an id of its own, a payload, a time and a QoS"));
      } else if (!isIngests(site, entry.topic())) {
        errors.add(FieldError.at(place + "/topic", "must be one of the log of an ingest-service"));
      }
    }
  }

  private static boolean isWhole(OutboxEvent entry) {
    return entry.id() != null
        && entry.topic() != null
        && entry.payload() != null
        && entry.createdAt() != null
        && entry.qos() >= 0
        && entry.qos() <= 2;
  }

  private static boolean isIngests(String site, String topic) {
    if (SessionsRetold.isTopic(topic)) {
      return topic.equals(SessionsRetold.topic(site));
    }
    return topic.startsWith(PLATFORM)
        ? topic.startsWith(OWN)
        : DeviceTopic.parse(asPublished(topic)).isPresent();
  }

  /** AWS IoT's topics have another form between services than at the endpoint. */
  private static String asPublished(String topic) {
    var level = topic.split("/", 4);
    return level.length == 4 && level[0].equals(AWS)
        ? "$aws/things/%s:%s/%s".formatted(level[1], level[2], level[3])
        : topic;
  }
}
