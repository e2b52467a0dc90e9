package io.muster.command.aws;

import static io.muster.command.aws.AwsEvents.things;
import static io.muster.command.aws.AwsTalk.jobs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which way the commands of jobs take: where a device listens, it gets them. */
class AwsListeningIT extends AwsCourse {
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
