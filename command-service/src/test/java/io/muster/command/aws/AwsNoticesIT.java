package io.muster.command.aws;

import static io.muster.command.aws.AwsEvents.things;
import static io.muster.command.aws.AwsTalk.listed;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How devices are told of their jobs, and how often, in one instance and in two. */
class AwsNoticesIT extends AwsCourse {
  @Test
  void theSeriesOfNotificationsIsThatOfAws() {
    talk.listens();
    var one = instance.job(tenant);
    instance.release(one, device);
    instance.settle();
    var first = talk.said();
    assertEquals(List.of(one + ""), listed(first.get(0), "QUEUED"));
    assertEquals(one.toString(), first.get(1).at("/execution/jobId"));
    var two = instance.job(tenant);
    instance.release(two, device);
    instance.settle();
    assertEquals(List.of(one + "", two + ""), listed(talk.only("notify"), "QUEUED"));
    talk.ask("start-next", "");
    talk.only("start-next/accepted");
    instance.settle();
    talk.assertTopics();
    var three = instance.job(tenant);
    instance.release(three, device);
    instance.settle();
    var list = talk.only("notify");
    assertEquals(List.of(one + ""), listed(list, "IN_PROGRESS"));
    assertEquals(List.of(two + "", three + ""), listed(list, "QUEUED"));
    talk.ask(one + "/update", "{'status':'SUCCEEDED'}");
    talk.only("update/accepted");
    instance.settle();
    assertEquals(two.toString(), talk.only("notify-next").at("/execution/jobId"));
    talk.ask(three + "/update", "{'status':'IN_PROGRESS'}");
    talk.only("update/accepted");
    instance.settle();
    assertEquals(three.toString(), talk.only("notify-next").at("/execution/jobId"));
    talk.ask(two + "/update", "{'status':'REJECTED'}");
    talk.only("update/accepted");
    instance.settle();
    assertEquals(List.of(three + ""), listed(talk.only("notify"), "IN_PROGRESS"));
    talk.ask(three + "/update", "{'status':'FAILED'}");
    talk.only("update/accepted");
    instance.settle();
    var last = talk.said();
    assertEquals("{\"timestamp\":" + talk.now() + ",\"jobs\":{}}", last.get(0).body().toString());
    assertEquals("{\"timestamp\":" + talk.now() + "}", last.get(1).body().toString());
  }

  @Test
  void whoIsNotThereIsToldWhenItListensAgain() {
    talk.listens();
    instance.take(events.disconnected(device));
    var job = instance.job(tenant);
    instance.release(job, device);
    instance.settle();
    talk.assertTopics();
    talk.listens();
    instance.settle();
    talk.assertTopics("notify", "notify-next");
    // A session that goes on tells again that it listens.
    instance.take(events.disconnected(device));
    instance.take(
        events.connected(device),
        events.subscribed(device, device, things(device) + "jobs/notify-next"));
    instance.settle();
    assertEquals(job.toString(), talk.only("notify-next").at("/execution/jobId"));
  }

  @Test
  void whatHasNotArrivedIsToldAgainUntilItHas() {
    talk.listens();
    instance.release(instance.job(tenant), device);
    instance.settle();
    talk.assertTopics("notify", "notify-next");
    clock.add(Duration.ofSeconds(9));
    instance.settle();
    talk.assertTopics();
    clock.add(Duration.ofSeconds(1));
    instance.settle();
    talk.assertTopics("notify", "notify-next");
    var id = lastMessage();
    instance.take(events.delivered(device, "aws/" + device + "/jobs/notify-next", id));
    clock.add(Duration.ofHours(1).minusSeconds(11));
    instance.settle();
    talk.assertTopics();
  }

  @Test
  void whoNeverAcknowledgesIsToldSomeTimesOnly() {
    talk.listens();
    instance.release(instance.job(tenant), device);
    for (var minute = 0; minute < 59; minute++) {
      instance.settle();
      clock.add(Duration.ofMinutes(1));
    }
    assertEquals(12, talk.said().size());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM aws_device WHERE due_at IS NOT NULL"));
  }

  @Test
  void aGatewayHearsOfTheJobsOfADeviceBehindIt() {
    var gateway = DeviceAddress.of(tenant, "gateway");
    instance.take(
        events.connected(gateway),
        events.subscribed(gateway, device, things(device) + "jobs/notify-next"));
    instance.release(instance.job(tenant), device);
    instance.settle();
    talk.assertTopics("notify", "notify-next");
    instance.take(events.disconnected(gateway));
    instance.release(instance.job(tenant), device);
    instance.settle();
    talk.assertTopics();
  }

  @Test
  void twoInstancesTellADeviceOnce() throws Exception {
    var devices = devices(50);
    for (var one : devices) {
      instance.take(events.connected(one), events.subscribed(one, one, things(one) + "jobs/#"));
    }
    var job = instance.job(tenant);
    devices.forEach(it -> instance.release(job, it));
    var other = newInstance(Map.of());
    together(instance::settle, other::settle, instance::settle, other::settle);
    instance.settle();
    assertEquals(100, talk.said().size());
    assertEquals(
        100, DATABASE.number("SELECT count(DISTINCT topic) FROM outbox WHERE topic LIKE 'aws/%'"));
  }

  @Test
  void requestsTimersAndNotificationsAtOnceStandInNobodysWay() throws Exception {
    var devices = devices(40);
    var other = newInstance(Map.of());
    List<UUID> jobs = new ArrayList<>();
    for (var i = 0; i < 3; i++) {
      var job = instance.job(tenant);
      jobs.add(job);
      devices.forEach(it -> instance.release(job, it));
    }
    Runnable log =
        () -> {
          instance.take(
              devices.stream()
                  .flatMap(
                      it ->
                          Stream.of(
                              events.connected(it),
                              events.subscribed(it, it, things(it) + "jobs/#")))
                  .toArray(OutboxEvent[]::new));
          for (var job : jobs) {
            instance.take(all(devices, "start-next", ""));
            instance.take(all(devices, job + "/update", "{'status':'SUCCEEDED'}"));
          }
        };
    Runnable timers =
        () -> {
          for (var i = 0; i < 20; i++) {
            other.settle();
          }
        };
    together(log, timers, timers, instance::settle);
    instance.settle();
    assertEquals(120, DATABASE.number("SELECT count(*) FROM command WHERE state = 'succeeded'"));
    assertEquals(0, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
    assertEquals(120, DATABASE.number("SELECT count(*) FROM aws_execution WHERE version = 3"));
    assertEquals(
        40,
        DATABASE.number(
            "SELECT count(*) FROM aws_device WHERE listed = '{}' AND next_key IS NULL"));
  }

  private OutboxEvent[] all(List<DeviceAddress> devices, String rest, String payload) {
    return devices.stream()
        .map(it -> events.request(it, rest, payload))
        .toArray(OutboxEvent[]::new);
  }

  private List<DeviceAddress> devices(int count) {
    return IntStream.range(0, count).mapToObj(i -> DeviceAddress.of(tenant, "n" + i)).toList();
  }

  private static void together(Runnable... tasks) throws Exception {
    try (var threads = Executors.newFixedThreadPool(tasks.length)) {
      List<Future<?>> running = new ArrayList<>();
      for (var task : tasks) {
        running.add(threads.submit(task));
      }
      for (var one : running) {
        one.get();
      }
    }
  }

  private static UUID lastMessage() {
    return DATABASE
        .pool()
        .query("SELECT id FROM outbox ORDER BY place DESC LIMIT 1")
        .execute()
        .await()
        .indefinitely()
        .iterator()
        .next()
        .getUUID(0);
  }
}
