package io.muster.command.aws;

import static io.muster.command.aws.AwsEvents.things;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.command.CommandDatabase;
import io.muster.command.SettableClock;
import io.muster.command.aws.AwsInstance.Said;
import io.muster.command.life.Reason;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Devices that fetch their jobs, on a real database, in one instance and in two. */
class AwsCourseIT {
  private static final Instant T0 = Instant.parse("2026-01-05T10:00:00Z");
  private static final String DOCUMENT = "{ \"operation\" : \"reboot\", \"n\" : 1.50 }";

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private final List<AwsInstance> instances = new ArrayList<>();
  private SettableClock clock;
  private AwsEvents events;
  private String tenant;
  private DeviceAddress device;
  private AwsInstance instance;
  private int heard;

  @BeforeEach
  void start() {
    clock = new SettableClock(T0);
    events = new AwsEvents(clock);
    tenant = "t" + UUID.randomUUID().toString().substring(0, 12);
    device = DeviceAddress.of(tenant, "d1");
    instance = newInstance(Map.of());
  }

  @AfterEach
  void stop() {
    instances.forEach(AwsInstance::close);
  }

  @Test
  void aDeviceBeginsItsJobAndSaysHowFarItHasCome() {
    listens();
    var job = job();
    var command = instance.release(job, device);
    instance.settle();
    assertTopics("notify", "notify-next");
    assertEquals(List.of(), instance.sent());
    clock.add(Duration.ofSeconds(5));
    ask("start-next", "{'clientToken':'t1','statusDetails':{'step':'a'}}");
    var started = only("start-next/accepted");
    assertEquals("t1", started.at("/clientToken"));
    assertEquals(job.toString(), started.at("/execution/jobId"));
    assertEquals(tenant + ":d1", started.at("/execution/thingName"));
    assertEquals("IN_PROGRESS", started.at("/execution/status"));
    assertEquals("a", started.at("/execution/statusDetails/step"));
    assertEquals("2", started.at("/execution/versionNumber"));
    assertEquals("1", started.at("/execution/executionNumber"));
    assertEquals(T0.getEpochSecond() + 5 + "", started.at("/execution/startedAt"));
    assertEquals(T0.getEpochSecond() + "", started.at("/execution/queuedAt"));
    assertEquals("60", started.at("/execution/approximateSecondsBeforeTimedOut"));
    assertEquals("reboot", started.at("/execution/jobDocument/operation"));
    assertEquals("accepted", instance.state(command));
    ask(job + "/update", "{'status':'IN_PROGRESS','expectedVersion':2,'clientToken':'t2'}");
    assertEquals("{\"clientToken\":\"t2\",\"timestamp\":" + now() + "}", text(1));
    ask(
        job + "/update",
        "{'status':'SUCCEEDED','expectedVersion':'3','statusDetails':{'step':'b'},"
            + "'includeJobExecutionState':true,'includeJobDocument':true}");
    var done = only("update/accepted");
    assertEquals("SUCCEEDED", done.at("/executionState/status"));
    assertEquals("b", done.at("/executionState/statusDetails/step"));
    assertEquals("4", done.at("/executionState/versionNumber"));
    assertEquals("reboot", done.at("/jobDocument/operation"));
    var row = instance.command(command);
    assertEquals("succeeded", row.getString("state"));
    assertEquals(200, row.getShort("answer_status").intValue());
    assertEquals("{\"step\":\"b\"}", row.getBuffer("answer_payload").toString());
    instance.settle();
    assertTopics("notify", "notify-next");
    assertEquals(0, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
    assertEquals(1, instance.requests("start-next", "accepted"));
    assertEquals(2, instance.requests("update", "accepted"));
  }

  @Test
  void aDocumentIsTheJobsPayloadToTheByte() {
    instance.release(job(), device);
    ask("$next/get", "");
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE convert_from(payload, 'UTF8') LIKE"
                + " '%\"jobDocument\":"
                + DOCUMENT
                + "}%'"));
  }

  @Test
  void theSeriesOfNotificationsIsThatOfAws() {
    listens();
    var one = job();
    instance.release(one, device);
    instance.settle();
    var first = said();
    assertEquals(List.of(one + ""), listed(first.get(0), "QUEUED"));
    assertEquals(one.toString(), first.get(1).at("/execution/jobId"));
    var two = job();
    instance.release(two, device);
    instance.settle();
    assertEquals(List.of(one + "", two + ""), listed(only("notify"), "QUEUED"));
    ask("start-next", "");
    only("start-next/accepted");
    instance.settle();
    assertTopics();
    var three = job();
    instance.release(three, device);
    instance.settle();
    var list = only("notify");
    assertEquals(List.of(one + ""), listed(list, "IN_PROGRESS"));
    assertEquals(List.of(two + "", three + ""), listed(list, "QUEUED"));
    ask(one + "/update", "{'status':'SUCCEEDED'}");
    only("update/accepted");
    instance.settle();
    assertEquals(two.toString(), only("notify-next").at("/execution/jobId"));
    ask(three + "/update", "{'status':'IN_PROGRESS'}");
    only("update/accepted");
    instance.settle();
    assertEquals(three.toString(), only("notify-next").at("/execution/jobId"));
    ask(two + "/update", "{'status':'REJECTED'}");
    only("update/accepted");
    instance.settle();
    assertEquals(List.of(three + ""), listed(only("notify"), "IN_PROGRESS"));
    ask(three + "/update", "{'status':'FAILED'}");
    only("update/accepted");
    instance.settle();
    var last = said();
    assertEquals("{\"timestamp\":" + now() + ",\"jobs\":{}}", last.get(0).body().toString());
    assertEquals("{\"timestamp\":" + now() + "}", last.get(1).body().toString());
  }

  @Test
  void whatIsPendingIsToldWhenAsked() {
    var one = job();
    var two = job();
    instance.release(one, device);
    instance.release(two, device);
    ask("get", "{'clientToken':'t'}");
    var answer = only("get/accepted");
    assertEquals(List.of(), jobs(answer, "/inProgressJobs"));
    assertEquals(List.of(one + "", two + ""), jobs(answer, "/queuedJobs"));
    ask(two + "/update", "{'status':'IN_PROGRESS'}");
    only("update/accepted");
    ask("get", "");
    answer = only("get/accepted");
    assertEquals(List.of(two + ""), jobs(answer, "/inProgressJobs"));
    assertEquals(List.of(one + ""), jobs(answer, "/queuedJobs"));
    ask("$next/get", "{'includeJobDocument':false}");
    answer = only("$next/get/accepted");
    assertEquals(two.toString(), answer.at("/execution/jobId"));
    assertFalse(answer.body().at("/execution").has("jobDocument"));
  }

  @Test
  void whereNothingIsPendingThereIsNoExecution() {
    for (var operation : List.of("start-next", "$next/get")) {
      ask(operation, "{'clientToken':'t'}");
      assertEquals(
          "{\"clientToken\":\"t\",\"timestamp\":" + now() + "}",
          only(operation + "/accepted").body().toString());
    }
    ask("get", "");
    assertEquals(List.of(), jobs(only("get/accepted"), "/queuedJobs"));
  }

  @Test
  void whatIsInProgressIsGivenAgainAsItIs() {
    var job = job();
    var command = instance.release(job, device);
    ask("start-next", "{'statusDetails':{'step':'a'}}");
    only("start-next/accepted");
    clock.add(Duration.ofSeconds(50));
    ask("start-next", "{'statusDetails':{'step':'b'}}");
    var again = only("start-next/accepted");
    assertEquals("a", again.at("/execution/statusDetails/step"));
    assertEquals("2", again.at("/execution/versionNumber"));
    assertEquals("60", again.at("/execution/approximateSecondsBeforeTimedOut"));
    clock.add(Duration.ofSeconds(50));
    instance.settle();
    assertEquals("accepted", instance.state(command));
  }

  @Test
  void anotherVersionIsExpectedInVain() {
    var job = job();
    instance.release(job, device);
    ask("start-next", "{'statusDetails':{'step':'a'}}");
    only("start-next/accepted");
    ask(job + "/update", "{'status':'SUCCEEDED','expectedVersion':1,'clientToken':'t'}");
    var refused = only("update/rejected");
    assertEquals("VersionMismatch", refused.at("/code"));
    assertEquals("t", refused.at("/clientToken"));
    assertEquals("IN_PROGRESS", refused.at("/executionState/status"));
    assertEquals("a", refused.at("/executionState/statusDetails/step"));
    assertEquals("2", refused.at("/executionState/versionNumber"));
    assertEquals(1, instance.requests("update", "version-mismatch"));
  }

  @Test
  void whatHasEndedStaysSoHoweverOftenAndLateTheDeviceSpeaks() {
    var job = job();
    var command = instance.release(job, device);
    ask(job + "/update", "{'status':'SUCCEEDED'}");
    only("update/accepted");
    for (var status : List.of("SUCCEEDED", "FAILED", "IN_PROGRESS", "REJECTED")) {
      ask(job + "/update", "{'status':'" + status + "'}");
      var refused = only("update/rejected");
      assertEquals("InvalidStateTransition", refused.at("/code"));
      assertEquals("SUCCEEDED", refused.at("/executionState/status"));
      assertEquals("2", refused.at("/executionState/versionNumber"));
    }
    ask(job + "/get", "");
    assertEquals("TerminalStateReached", only("get/rejected").at("/code"));
    assertEquals("succeeded", instance.state(command));
  }

  @Test
  void whatIsCalledOffIsCanceledAndWhatWentWithItsDeviceIsRemoved() {
    listens();
    var job = job();
    var command = instance.release(job, device);
    instance.settle();
    said();
    ask("start-next", "");
    only("start-next/accepted");
    instance.cancel(device, command, null);
    instance.settle();
    assertTopics("notify", "notify-next");
    assertEquals("after-sending", instance.command(command).getString("reason"));
    ask(job + "/update", "{'status':'SUCCEEDED'}");
    var refused = only("update/rejected");
    assertEquals("InvalidStateTransition", refused.at("/code"));
    assertEquals("CANCELED", refused.at("/executionState/status"));
    var next = job();
    instance.cancel(device, instance.release(next, device), Reason.DEVICE_DELETED);
    ask(next + "/update", "{'status':'SUCCEEDED'}");
    assertEquals("REMOVED", only("update/rejected").at("/executionState/status"));
  }

  @Test
  void aDeviceHasItsOwnJobsAlone() {
    var others = DeviceAddress.of("x" + tenant, "d1");
    var another = DeviceAddress.of(tenant, "d2");
    var foreign = instance.job(others.tenant().value(), DOCUMENT, false);
    var command = instance.release(foreign, others);
    var shared = job();
    var theirs = instance.release(shared, another);
    for (var job : List.of(foreign, shared, UUID.randomUUID())) {
      ask(job + "/get", "");
      assertEquals("ResourceNotFound", only("get/rejected").at("/code"));
      ask(job + "/update", "{'status':'SUCCEEDED'}");
      var refused = only("update/rejected");
      assertEquals("ResourceNotFound", refused.at("/code"));
      assertFalse(refused.body().has("executionState"));
    }
    ask("start-next", "");
    assertFalse(only("start-next/accepted").body().has("execution"));
    for (var name : List.of("no-id", "get", foreign.toString().toUpperCase())) {
      ask(name + "/get", "");
      assertEquals("ResourceNotFound", only("get/rejected").at("/code"));
    }
    assertEquals("queued", instance.state(command));
    assertEquals("queued", instance.state(theirs));
  }

  @Test
  void anotherTurnOfAJobIsAnotherExecution() {
    var job = job();
    instance.release(job, device);
    ask(job + "/update", "{'status':'FAILED','executionNumber':1}");
    only("update/accepted");
    instance.release(job, device);
    ask(job + "/get", "");
    var second = only("get/accepted");
    assertEquals("2", second.at("/execution/executionNumber"));
    assertEquals("1", second.at("/execution/versionNumber"));
    ask(job + "/get", "{'executionNumber':1}");
    assertEquals("ResourceNotFound", only("get/rejected").at("/code"));
    ask(job + "/update", "{'status':'SUCCEEDED','executionNumber':2}");
    only("update/accepted");
  }

  @Test
  void theTimeThatADeviceGivesItselfCountsAlsoAtAnotherInstance() {
    listens();
    var job = job();
    var command = instance.release(job, device);
    ask("start-next", "{'stepTimeoutInMinutes':5}");
    instance.settle();
    said();
    clock.add(Duration.ofMinutes(4));
    // Without another time it stays as it is.
    ask(job + "/update", "{'status':'IN_PROGRESS'}");
    only("update/accepted");
    clock.add(Duration.ofSeconds(59));
    instance.settle();
    assertEquals("accepted", instance.state(command));
    instance.close();
    clock.add(Duration.ofSeconds(1));
    var another = newInstance(Map.of());
    instance = another;
    another.settle();
    assertEquals("timed-out", another.state(command));
    assertTopics("notify", "notify-next");
    ask(job + "/update", "{'status':'SUCCEEDED'}");
    assertEquals("TIMED_OUT", only("update/rejected").at("/executionState/status"));
  }

  @Test
  void aStepsTimeIsSetAnewAndGivenUp() {
    var job = job();
    var command = instance.release(job, device);
    ask("start-next", "{'stepTimeoutInMinutes':1}");
    ask(job + "/update", "{'status':'IN_PROGRESS','stepTimeoutInMinutes':10}");
    clock.add(Duration.ofMinutes(9));
    ask(job + "/update", "{'status':'IN_PROGRESS','stepTimeoutInMinutes':-1}");
    clock.add(Duration.ofSeconds(59));
    instance.settle();
    assertEquals("accepted", instance.state(command));
    clock.add(Duration.ofSeconds(1));
    instance.settle();
    assertEquals("not-finished", instance.command(command).getString("reason"));
  }

  @Test
  void whatNobodyBeginsExpires() {
    listens();
    var job = job();
    var command = instance.release(job, device);
    instance.settle();
    said();
    clock.add(Duration.ofHours(1));
    instance.settle();
    assertEquals("expired", instance.state(command));
    assertEquals("{}", said().getFirst().body().get("jobs").toString());
    ask(job + "/update", "{'status':'IN_PROGRESS'}");
    assertEquals("TIMED_OUT", only("update/rejected").at("/executionState/status"));
  }

  @Test
  void aOneWayJobEndsWithTheDevicesWordToo() {
    listens();
    var job = instance.job(tenant, DOCUMENT, true);
    var command = instance.release(job, device);
    instance.settle();
    said();
    ask("start-next", "");
    only("start-next/accepted");
    assertEquals("accepted", instance.state(command));
    ask(job + "/update", "{'status':'SUCCEEDED'}");
    only("update/accepted");
    assertEquals("succeeded", instance.state(command));
    assertEquals(List.of(), instance.sent());
  }

  @Test
  void requestsOfAPageAreTakenInTheirOrder() {
    var one = job();
    var two = job();
    instance.release(one, device);
    instance.release(two, device);
    instance.take(
        events.request(device, "start-next", "{'clientToken':'1'}"),
        events.request(device, one + "/update", "{'status':'SUCCEEDED','expectedVersion':2}"),
        events.request(device, one + "/update", "{'status':'SUCCEEDED'}"),
        events.request(device, "start-next", "{'clientToken':'2'}"),
        events.request(device, one + "/get", ""),
        events.request(device, "get", ""));
    var said = said();
    assertEquals(
        List.of(
            "start-next/accepted",
            one + "/update/accepted",
            one + "/update/rejected",
            "start-next/accepted",
            one + "/get/rejected",
            "get/accepted"),
        said.stream().map(it -> rest(it.topic())).toList());
    assertEquals(two.toString(), said.get(3).at("/execution/jobId"));
    assertEquals("TerminalStateReached", said.get(4).at("/code"));
    assertEquals(List.of(two + ""), jobs(said.get(5), "/inProgressJobs"));
  }

  @Test
  void whatMakesNoSenseIsRejectedAndTheRestGoesOn() {
    var job = job();
    instance.release(job, device);
    instance.take(
        events.request(device, "get", "{"),
        events.request(device, job + "/update", "{'status':'DONE','clientToken':'t'}"),
        events.request(device, "$next/update", "{'status':'SUCCEEDED'}"),
        events.request(device, "$next/get", ""));
    var said = said();
    assertEquals(
        List.of("InvalidJson", "InvalidRequest", "InvalidTopic", ""),
        said.stream().map(it -> it.at("/code")).toList());
    assertEquals("t", said.get(1).at("/clientToken"));
    assertEquals(job.toString(), said.get(3).at("/execution/jobId"));
  }

  @Test
  void whoAsksTooOftenIsToldSo() {
    var requests =
        IntStream.range(0, 60)
            .mapToObj(i -> events.request(device, "get", ""))
            .toArray(OutboxEvent[]::new);
    instance.take(requests);
    var codes = said().stream().map(it -> it.at("/code")).toList();
    assertEquals(40, codes.stream().filter(String::isEmpty).count());
    assertEquals(20, codes.stream().filter("RequestThrottled"::equals).count());
    clock.add(Duration.ofSeconds(1));
    ask("get", "");
    only("get/accepted");
  }

  @Test
  void anAnswerBelongsToTheTraceOfItsRequest() {
    ask("get", "");
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE user_properties->>'traceparent' LIKE '%0af765%'"));
  }

  @Test
  void whoIsNotThereIsToldWhenItListensAgain() {
    listens();
    instance.take(events.disconnected(device));
    var job = job();
    instance.release(job, device);
    instance.settle();
    assertTopics();
    listens();
    instance.settle();
    assertTopics("notify", "notify-next");
    // A session that goes on tells again that it listens.
    instance.take(events.disconnected(device));
    instance.take(
        events.connected(device),
        events.subscribed(device, device, things(device) + "jobs/notify-next"));
    instance.settle();
    assertEquals(job.toString(), only("notify-next").at("/execution/jobId"));
  }

  @Test
  void whatHasNotArrivedIsToldAgainUntilItHas() {
    listens();
    instance.release(job(), device);
    instance.settle();
    assertTopics("notify", "notify-next");
    clock.add(Duration.ofSeconds(9));
    instance.settle();
    assertTopics();
    clock.add(Duration.ofSeconds(1));
    instance.settle();
    assertTopics("notify", "notify-next");
    var id = lastMessage();
    instance.take(events.delivered(device, "aws/" + device + "/jobs/notify-next", id));
    clock.add(Duration.ofHours(1).minusSeconds(11));
    instance.settle();
    assertTopics();
  }

  @Test
  void whoNeverAcknowledgesIsToldSomeTimesOnly() {
    listens();
    instance.release(job(), device);
    for (var minute = 0; minute < 59; minute++) {
      instance.settle();
      clock.add(Duration.ofMinutes(1));
    }
    assertEquals(12, said().size());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM aws_device WHERE due_at IS NOT NULL"));
  }

  @Test
  void aGatewayHearsOfTheJobsOfADeviceBehindIt() {
    var gateway = DeviceAddress.of(tenant, "gateway");
    instance.take(
        events.connected(gateway),
        events.subscribed(gateway, device, things(device) + "jobs/notify-next"));
    instance.release(job(), device);
    instance.settle();
    assertTopics("notify", "notify-next");
    instance.take(events.disconnected(gateway));
    instance.release(job(), device);
    instance.settle();
    assertTopics();
  }

  @Test
  void whoDoesNotListenHereIsSentItsJobs() {
    instance.take(
        events.connected(device),
        events.subscribed(device, device, "command/" + device + "/req/#", things(device) + "#"));
    var command = instance.release(job(), device);
    instance.settle();
    assertEquals(List.of("command/" + device + "/req/" + command + "/reboot"), instance.sent());
    assertTopics();
  }

  @Test
  void whoListensToBothIsSentNoJobAndItsOtherCommands() {
    instance.take(
        events.connected(device),
        events.subscribed(device, device, "command/" + device + "/req/#"),
        events.subscribed(device, device, things(device) + "jobs/#"));
    instance.release(job(), device);
    instance.settle();
    assertEquals(List.of(), instance.sent());
    assertTopics("notify", "notify-next");
    clock.add(Duration.ofMinutes(5));
    instance.settle();
    assertEquals(List.of(), instance.sent());
  }

  @Test
  void whoListensToCommandsAloneInALaterSessionIsSentItsJobsAfterAWhile() {
    listens();
    var command = instance.release(job(), device);
    instance.settle();
    said();
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
    assertEquals(1, jobs(said().getLast(), "/queuedJobs").size());
  }

  @Test
  void whoSubscribesToCommandsFirstAndToJobsThenIsNotSentThem() {
    listens();
    instance.take(events.disconnected(device));
    instance.take(
        events.connected(device),
        events.subscribed(device, device, "command/" + device + "/req/#"));
    clock.add(Duration.ofSeconds(1));
    instance.take(events.subscribed(device, device, things(device) + "jobs/notify"));
    clock.add(Duration.ofMinutes(5));
    instance.release(job(), device);
    instance.settle();
    assertEquals(List.of(), instance.sent());
  }

  @Test
  void whatTheDeviceHasAsACommandIsNotOfferedAsAJobToo() {
    instance.take(
        events.connected(device),
        events.subscribed(device, device, "command/" + device + "/req/#"));
    var job = job();
    var command = instance.release(job, device);
    instance.settle();
    var sent = instance.sent().getFirst();
    instance.take(events.delivered(device, sent, instance.command(command).getUUID("message_id")));
    ask("get", "");
    assertEquals(List.of(), jobs(only("get/accepted"), "/queuedJobs"));
    ask("start-next", "");
    assertFalse(only("start-next/accepted").body().has("execution"));
    instance.take(events.answer(device, command, 200));
    assertEquals("succeeded", instance.state(command));
    ask(job + "/get", "");
    assertEquals("TerminalStateReached", only("get/rejected").at("/code"));
  }

  @Test
  void whatGoesAwayWithItsJobLeavesNothing() {
    var job = job();
    var command = instance.release(job, device);
    ask(job + "/update", "{'status':'SUCCEEDED'}");
    assertEquals(1, DATABASE.number("SELECT count(*) FROM aws_execution"));
    DATABASE.run("DELETE FROM command WHERE id = '" + command + "'");
    assertEquals(0, DATABASE.number("SELECT count(*) FROM aws_execution"));
    said();
    ask(job + "/get", "");
    assertEquals("ResourceNotFound", only("get/rejected").at("/code"));
  }

  @Test
  void twoInstancesTellADeviceOnce() throws Exception {
    var devices = devices(50);
    for (var one : devices) {
      instance.take(events.connected(one), events.subscribed(one, one, things(one) + "jobs/#"));
    }
    var job = job();
    devices.forEach(it -> instance.release(job, it));
    var other = newInstance(Map.of());
    together(instance::settle, other::settle, instance::settle, other::settle);
    instance.settle();
    assertEquals(100, said().size());
    assertEquals(
        100, DATABASE.number("SELECT count(DISTINCT topic) FROM outbox WHERE topic LIKE 'aws/%'"));
  }

  @Test
  void requestsTimersAndNotificationsAtOnceStandInNobodysWay() throws Exception {
    var devices = devices(40);
    var other = newInstance(Map.of());
    List<UUID> jobs = new ArrayList<>();
    for (var i = 0; i < 3; i++) {
      var job = job();
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

  private AwsInstance newInstance(Map<String, String> settings) {
    var one = new AwsInstance(DATABASE, settings, clock);
    instances.add(one);
    return one;
  }

  private UUID job() {
    return instance.job(tenant, DOCUMENT, false);
  }

  /** The device connects and wants its jobs here. */
  private void listens() {
    instance.take(
        events.connected(device),
        events.subscribed(
            device, device, things(device) + "jobs/notify", things(device) + "jobs/notify-next"));
  }

  private void ask(String rest, String payload) {
    instance.take(events.request(device, rest, payload));
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }

  /** What was said since this was asked last. */
  private List<Said> said() {
    var said = instance.said(heard);
    heard += said.size();
    return said;
  }

  /** The only thing that was said since, under that name. */
  private Said only(String topic) {
    var said = said();
    var fitting = said.stream().filter(it -> it.topic().endsWith("/" + topic)).toList();
    assertEquals(1, fitting.size(), said.toString());
    return fitting.getFirst();
  }

  private String text(int count) {
    var said = said();
    assertEquals(count, said.size(), said.toString());
    return said.getFirst().body().toString();
  }

  private void assertTopics(String... rest) {
    assertEquals(List.of(rest), said().stream().map(it -> rest(it.topic())).toList());
  }

  private String rest(String topic) {
    return topic.substring(("aws/" + device + "/jobs/").length());
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

  private static List<String> listed(Said said, String status) {
    return jobs(said, "/jobs/" + status);
  }

  private static List<String> jobs(Said said, String pointer) {
    List<String> jobs = new ArrayList<>();
    said.body().at(pointer).forEach(it -> jobs.add(it.get("jobId").textValue()));
    return jobs;
  }
}
