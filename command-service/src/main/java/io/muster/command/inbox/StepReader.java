package io.muster.command.inbox;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.command.aws.JobsHearing;
import io.muster.command.aws.Listening;
import io.muster.command.life.Answer;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.topic.DeviceTopic;
import io.muster.contract.topic.PlatformTopic;
import io.muster.contract.topic.TopicFilter;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Reads ingest's events. What cannot be read is nothing to wait at: it is counted. Stateless. */
final class StepReader {
  private static final String COMMAND = "command/";
  private static final String SESSION = "platform/ingest/session/";
  private static final String DELIVERED = "platform/ingest/delivered/";

  private StepReader() {}

  static boolean wants(String topic) {
    return topic.startsWith(COMMAND) || topic.startsWith(SESSION) || topic.startsWith(DELIVERED);
  }

  /**
   * @return empty when it is about something else
   * @throws IllegalArgumentException when it cannot be read
   */
  static Optional<Step> read(OutboxEvent event) {
    try {
      return event.topic().startsWith(COMMAND) ? answer(event) : platform(event);
    } catch (IOException | MalformedIdException | NullPointerException malformed) {
      throw new IllegalArgumentException("event " + event.sequence() + " of ingest", malformed);
    }
  }

  private static Optional<Step> answer(OutboxEvent event) {
    if (!(DeviceTopic.parse(event.topic()).orElse(null)
        instanceof DeviceTopic.CommandResponse it)) {
      throw new IllegalArgumentException("no answer's topic name");
    }
    var answer = new Answer(it.status(), event.contentType(), event.payload(), event.createdAt());
    return Optional.of(
        new Step.Answered(it.address(), uuid(it.requestId()), answer, event.userProperties()));
  }

  private static Optional<Step> platform(OutboxEvent event) throws IOException {
    var topic = PlatformTopic.parse(event.topic()).orElse(null);
    if (topic == null || topic.device().isEmpty()) {
      return Optional.empty();
    }
    var device = DeviceAddress.of(topic.tenant().value(), topic.device().orElseThrow());
    var data = ContractJson.mapper().readTree(event.payload()).path("data");
    return switch (topic.event()) {
      case "delivered" -> delivered(device, read(data, DeliveredEvent.class));
      case "session/connected" -> {
        var it = read(data, SessionEvent.class);
        yield Optional.of(new Step.Connected(device, it.clientIdentifier(), it.epoch(), it.at()));
      }
      case "session/disconnected" -> {
        var it = read(data, SessionEvent.class);
        yield Optional.of(
            new Step.Disconnected(device, it.clientIdentifier(), it.epoch(), it.at()));
      }
      case "session/subscribed" -> listens(device, read(data, SubscribedEvent.class));
      default -> Optional.empty();
    };
  }

  private static <T> T read(JsonNode data, Class<T> type) throws IOException {
    return ContractJson.mapper().treeToValue(data, type);
  }

  /** {@code command/{tenant}/{device}/req/{requestId}/{name}}; the id may be empty. */
  private static Optional<Step> delivered(DeviceAddress device, DeliveredEvent event) {
    var level = event.topic().split("/", -1);
    if (level.length == 5 && level[0].equals("aws") && level[3].equals("jobs")) {
      return Optional.ofNullable(event.messageId())
          .map(id -> new Step.Told(DeviceAddress.of(level[1], level[2]), id));
    }
    if (level.length != 6 || !level[0].equals("command") || !level[3].equals("req")) {
      return Optional.empty();
    }
    var command = level[4].isEmpty() ? null : uuid(level[4]);
    return Optional.of(
        new Step.Delivered(
            DeviceAddress.of(level[1], level[2]),
            command,
            level[5],
            event.messageId(),
            event.at()));
  }

  /** A client that hears of nothing but, say, the shadow hears neither commands nor jobs. */
  private static Optional<Step> listens(DeviceAddress device, SubscribedEvent event) {
    var commands = hearsCommands(device, event.filters());
    var jobs = JobsHearing.of(device, event.filters());
    return commands || jobs.isAny()
        ? Optional.of(
            new Step.Listens(
                new Listening(device, event.clientIdentifier(), event.epoch(), commands, jobs)))
        : Optional.empty();
  }

  static boolean hearsCommands(DeviceAddress device, List<String> filters) {
    var example = COMMAND + device + "/req/";
    return filters.stream()
        .filter(TopicFilter::isValid)
        .map(TopicFilter::new)
        // One that names a command or an id hears some.
        .anyMatch(it -> it.matches(example + "0/x") || it.value().startsWith(example));
  }

  private static UUID uuid(String text) {
    return UUID.fromString(text);
  }
}
