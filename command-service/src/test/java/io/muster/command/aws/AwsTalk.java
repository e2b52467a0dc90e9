package io.muster.command.aws;

import static io.muster.command.aws.AwsEvents.things;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.aws.AwsInstance.Said;
import io.muster.contract.id.DeviceAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What a device says to an instance over AWS IoT's topics, and what it hears. For one thread. */
final class AwsTalk {
  private final DeviceAddress device;
  private final AwsEvents events;
  private final Clock clock;
  private final Supplier<AwsInstance> instance;
  private int heard;

  /**
   * @param instance which serves the device now
   */
  AwsTalk(DeviceAddress device, AwsEvents events, Clock clock, Supplier<AwsInstance> instance) {
    this.device = device;
    this.events = events;
    this.clock = clock;
    this.instance = instance;
  }

  /** The device connects and wants its jobs here. */
  void listens() {
    instance
        .get()
        .take(
            events.connected(device),
            events.subscribed(
                device,
                device,
                things(device) + "jobs/notify",
                things(device) + "jobs/notify-next"));
  }

  void ask(String rest, String payload) {
    instance.get().take(events.request(device, rest, payload));
  }

  /** As answers tell the time. */
  long now() {
    return clock.instant().getEpochSecond();
  }

  /** What was said since this was asked last. */
  List<Said> said() {
    var said = instance.get().said(heard);
    heard += said.size();
    return said;
  }

  /** The only thing that was said since, under that name. */
  Said only(String topic) {
    var said = said();
    var fitting = said.stream().filter(it -> it.topic().endsWith("/" + topic)).toList();
    assertEquals(1, fitting.size(), said.toString());
    return fitting.getFirst();
  }

  /** The text of the first of so many that were said since. */
  String text(int count) {
    var said = said();
    assertEquals(count, said.size(), said.toString());
    return said.getFirst().body().toString();
  }

  /** That was said since, and nothing else. */
  void assertTopics(String... rest) {
    assertEquals(List.of(rest), said().stream().map(it -> rest(it.topic())).toList());
  }

  /** Of a topic name, behind what all have in common. */
  String rest(String topic) {
    return topic.substring(("aws/" + device + "/jobs/").length());
  }

  /** The jobs that a notification lists. */
  static List<String> listed(Said said, String status) {
    return jobs(said, "/jobs/" + status);
  }

  static List<String> jobs(Said said, String pointer) {
    List<String> jobs = new ArrayList<>();
    said.body().at(pointer).forEach(it -> jobs.add(it.get("jobId").textValue()));
    return jobs;
  }
}
