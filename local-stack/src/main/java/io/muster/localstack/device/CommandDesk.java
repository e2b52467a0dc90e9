package io.muster.localstack.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.DeviceAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a device takes commands, as the guide asks for it: it acts on each command once, however
 * often that comes, and says what became of it until that is acknowledged, over as many connections
 * as that takes. What a command's payload asks for as {@code simulate} goes before the device's own
 * conduct. Thread-safe.
 */
public final class CommandDesk {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** {@code command/{tenant}/{device}/req/{requestId}/{name}}, one-way with an empty id. */
  private static final int ID = 4;

  private static final int NAME = 5;
  private static final int LEVELS = 6;

  /** How many of the last commands it knows again. */
  private static final int REMEMBERED = 200;

  /** How many answers it keeps that are not acknowledged. */
  private static final int KEPT = 1_000;

  private final String topic;
  private final CommandConduct conduct;
  private final Duration slowFor;
  private final Delay delay;
  private final CommandEvents events;
  private final Map<String, Optional<Answer>> known = bounded(REMEMBERED);
  private final Map<Long, Answer> unacknowledged = bounded(KEPT);
  private long answers;
  private Outlet outlet = (topicName, payload, acknowledged) -> {};

  /** What it said of a command. */
  private record Answer(String id, int status, byte[] payload) {}

  /** Publishes at QoS 1, over the present connection. */
  interface Outlet {
    /**
     * @param acknowledged called when its PUBACK comes
     */
    void publish(String topicName, byte[] payload, Runnable acknowledged);
  }

  /** Does something later. */
  public interface Delay {
    void after(Duration time, Runnable work);
  }

  /**
   * @param conduct what it does when a command does not ask for something else
   * @param slowFor how long it works when it is slow
   */
  public CommandDesk(
      DeviceAddress device,
      CommandConduct conduct,
      Duration slowFor,
      Delay delay,
      CommandEvents events) {
    this.topic = "command/" + device;
    this.conduct = conduct;
    this.slowFor = slowFor;
    this.delay = delay;
    this.events = events;
  }

  /** What it subscribes to, at QoS 1. */
  String filter() {
    return topic + "/req/#";
  }

  CommandEvents events() {
    return events;
  }

  /** There is another connection: what was not acknowledged over the one before is said again. */
  synchronized void connected(Outlet next) {
    outlet = next;
    List.copyOf(unacknowledged.entrySet()).forEach(it -> publish(it.getKey(), it.getValue()));
  }

  /** A command has come. */
  synchronized void take(String topicName, byte[] payload) {
    var levels = topicName.split("/", -1);
    if (levels.length != LEVELS || !topicName.startsWith(topic + "/req/")) {
      return;
    }
    var id = levels[ID];
    if (id.isEmpty()) {
      events.taken(); // one-way: nobody waits for an answer
    } else if (known.containsKey(id)) {
      events.cameAgain(); // not acted on again, but answered: maybe the answer was lost
      known.get(id).ifPresent(this::send);
    } else {
      events.taken();
      known.put(id, Optional.empty());
      act(id, levels[NAME], asked(payload).orElse(conduct));
    }
  }

  private void act(String id, String name, CommandConduct how) {
    switch (how) {
      case ANSWER -> say(id, 200, name);
      case REFUSE -> say(id, 403, name);
      case FAIL -> say(id, 500, name);
      case SILENT -> {}
      case SLOW -> {
        say(id, 202, name);
        delay.after(slowFor, () -> say(id, 200, name));
      }
      case TWICE -> {
        say(id, 200, name);
        say(id, 200, name);
      }
    }
  }

  private synchronized void say(String id, int status, String name) {
    var answer = new Answer(id, status, text(Map.of("command", name, "status", status)));
    known.put(id, Optional.of(answer));
    send(answer);
  }

  private void send(Answer answer) {
    var number = ++answers;
    unacknowledged.put(number, answer);
    publish(number, answer);
  }

  private void publish(long number, Answer answer) {
    outlet.publish(
        topic + "/res/" + answer.id() + "/" + answer.status(),
        answer.payload(),
        () -> acknowledged(number));
  }

  private synchronized void acknowledged(long number) {
    if (unacknowledged.remove(number) != null) {
      events.answered();
    }
  }

  private static Optional<CommandConduct> asked(byte[] payload) {
    try {
      return CommandConduct.of(JSON.readTree(payload).path("simulate").asText());
    } catch (IOException notJson) {
      return Optional.empty();
    }
  }

  private static byte[] text(Map<String, Object> values) {
    try {
      return JSON.writeValueAsString(values).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The oldest go when there are too many. */
  private static <K, V> Map<K, V> bounded(int most) {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }
}
