package io.muster.command.aws;

import static io.muster.command.aws.AwsEvents.things;
import static io.muster.command.aws.AwsTalk.jobs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.command.CommandDatabase;
import io.muster.command.SettableClock;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which way the commands of jobs take: where a device listens, it gets them. */
class AwsListeningIT {
  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private SettableClock clock;
  private AwsEvents events;
  private String tenant;
  private DeviceAddress device;
  private AwsInstance instance;
  private AwsTalk talk;

  @BeforeEach
  void start() {
    clock = new SettableClock(Instant.parse("2026-01-05T10:00:00Z"));
    events = new AwsEvents(clock);
    tenant = "t" + UUID.randomUUID().toString().substring(0, 12);
    device = DeviceAddress.of(tenant, "d1");
    instance = new AwsInstance(DATABASE, Map.of(), clock);
    talk = new AwsTalk(device, events, clock, () -> instance);
  }

  @AfterEach
  void stop() {
    instance.close();
  }

  @Test
  void whoDoesNotListenHereIsSentItsJobs() {
    instance.take(
        events.connected(device),
        events.subscribed(device, device, "command/" + device + "/req/#", things(device) + "#"));
    var command = instance.release(instance.job(tenant), device);
    instance.settle();
    assertEquals(List.of("command/" + device + "/req/" + command + "/reboot"), instance.sent());
    talk.assertTopics();
  }

  @Test
  void whoListensToBothIsSentNoJobAndItsOtherCommands() {
    instance.take(
        events.connected(device),
        events.subscribed(device, device, "command/" + device + "/req/#"),
        events.subscribed(device, device, things(device) + "jobs/#"));
    instance.release(instance.job(tenant), device);
    instance.settle();
    assertEquals(List.of(), instance.sent());
    talk.assertTopics("notify", "notify-next");
    clock.add(Duration.ofMinutes(5));
    instance.settle();
    assertEquals(List.of(), instance.sent());
  }

  @Test
  void whoListensToCommandsAloneInALaterSessionIsSentItsJobsAfterAWhile() {
    talk.listens();
    var command = instance.release(instance.job(tenant), device);
    instance.settle();
    talk.said();
    instance.take(events.disconnected(device));
    instance.take(
        events.connected(device),
        events.subscribed(device, device, "command/" + device + "/req/#"));
    instance.settle();
    assertEquals(List.of(), instance.sent());
    clock.add(Duration.ofSeconds(30));
    instance.settle();
    assertEquals(List.of("command/" + device + "/req/" + command + "/reboot"), instance.sent());
    // It thinks better of it.
    instance.take(events.request(device, "get", ""));
    assertEquals(1, jobs(talk.said().getLast(), "/queuedJobs").size());
  }

  @Test
  void whoSubscribesToCommandsFirstAndToJobsThenIsNotSentThem() {
    talk.listens();
    instance.take(events.disconnected(device));
    instance.take(
        events.connected(device),
        events.subscribed(device, device, "command/" + device + "/req/#"));
    clock.add(Duration.ofSeconds(1));
    instance.take(events.subscribed(device, device, things(device) + "jobs/notify"));
    clock.add(Duration.ofMinutes(5));
    instance.release(instance.job(tenant), device);
    instance.settle();
    assertEquals(List.of(), instance.sent());
  }

  @Test
  void whatTheDeviceHasAsACommandIsNotOfferedAsAJobToo() {
    instance.take(
        events.connected(device),
        events.subscribed(device, device, "command/" + device + "/req/#"));
    var job = instance.job(tenant);
    var command = instance.release(job, device);
    instance.settle();
    var sent = instance.sent().getFirst();
    instance.take(events.delivered(device, sent, instance.command(command).getUUID("message_id")));
    talk.ask("get", "");
    assertEquals(List.of(), jobs(talk.only("get/accepted"), "/queuedJobs"));
    talk.ask("start-next", "");
    assertFalse(talk.only("start-next/accepted").body().has("execution"));
    instance.take(events.answer(device, command, 200));
    assertEquals("succeeded", instance.state(command));
    talk.ask(job + "/get", "");
    assertEquals("TerminalStateReached", talk.only("get/rejected").at("/code"));
  }
}
