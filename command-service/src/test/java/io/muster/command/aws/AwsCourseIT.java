package io.muster.command.aws;

import static io.muster.command.aws.AwsInstance.DOCUMENT;
import static io.muster.command.aws.AwsTalk.jobs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.command.life.Reason;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Devices that fetch their jobs and say what became of them, on a real database. */
class AwsCourseIT extends AwsCourse {
  @Test
  void aDeviceBeginsItsJobAndSaysHowFarItHasCome() {
    talk.listens();
    var job = instance.job(tenant);
    var command = instance.release(job, device);
    instance.settle();
    talk.assertTopics("notify", "notify-next");
    assertEquals(List.of(), instance.sent());
    clock.add(Duration.ofSeconds(5));
    talk.ask("start-next", "{'clientToken':'t1','statusDetails':{'step':'a'}}");
    var started = talk.only("start-next/accepted");
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
    talk.ask(job + "/update", "{'status':'IN_PROGRESS','expectedVersion':2,'clientToken':'t2'}");
    assertEquals("{\"clientToken\":\"t2\",\"timestamp\":" + talk.now() + "}", talk.text(1));
    talk.ask(
        job + "/update",
        "{'status':'SUCCEEDED','expectedVersion':'3','statusDetails':{'step':'b'},"
            + "'includeJobExecutionState':true,'includeJobDocument':true}");
    var done = talk.only("update/accepted");
    assertEquals("SUCCEEDED", done.at("/executionState/status"));
    assertEquals("b", done.at("/executionState/statusDetails/step"));
    assertEquals("4", done.at("/executionState/versionNumber"));
    assertEquals("reboot", done.at("/jobDocument/operation"));
    var row = instance.command(command);
    assertEquals("succeeded", row.getString("state"));
    assertEquals(200, row.getShort("answer_status").intValue());
    assertEquals("{\"step\":\"b\"}", row.getBuffer("answer_payload").toString());
    instance.settle();
    talk.assertTopics("notify", "notify-next");
    assertEquals(0, DATABASE.number("SELECT sum(open_commands) FROM device_queue"));
    assertEquals(1, instance.requests("start-next", "accepted"));
    assertEquals(2, instance.requests("update", "accepted"));
  }

  @Test
  void aDocumentIsTheJobsPayloadToTheByte() {
    instance.release(instance.job(tenant), device);
    talk.ask("$next/get", "");
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE convert_from(payload, 'UTF8') LIKE"
                + " '%\"jobDocument\":"
                + DOCUMENT
                + "}%'"));
  }

  @Test
  void whatIsPendingIsToldWhenAsked() {
    var one = instance.job(tenant);
    var two = instance.job(tenant);
    instance.release(one, device);
    instance.release(two, device);
    talk.ask("get", "{'clientToken':'t'}");
    var answer = talk.only("get/accepted");
    assertEquals(List.of(), jobs(answer, "/inProgressJobs"));
    assertEquals(List.of(one + "", two + ""), jobs(answer, "/queuedJobs"));
    talk.ask(two + "/update", "{'status':'IN_PROGRESS'}");
    talk.only("update/accepted");
    talk.ask("get", "");
    answer = talk.only("get/accepted");
    assertEquals(List.of(two + ""), jobs(answer, "/inProgressJobs"));
    assertEquals(List.of(one + ""), jobs(answer, "/queuedJobs"));
    talk.ask("$next/get", "{'includeJobDocument':false}");
    answer = talk.only("$next/get/accepted");
    assertEquals(two.toString(), answer.at("/execution/jobId"));
    assertFalse(answer.body().at("/execution").has("jobDocument"));
  }

  @Test
  void whereNothingIsPendingThereIsNoExecution() {
    for (var operation : List.of("start-next", "$next/get")) {
      talk.ask(operation, "{'clientToken':'t'}");
      assertEquals(
          "{\"clientToken\":\"t\",\"timestamp\":" + talk.now() + "}",
          talk.only(operation + "/accepted").body().toString());
    }
    talk.ask("get", "");
    assertEquals(List.of(), jobs(talk.only("get/accepted"), "/queuedJobs"));
  }

  @Test
  void whatIsInProgressIsGivenAgainAsItIs() {
    var job = instance.job(tenant);
    var command = instance.release(job, device);
    talk.ask("start-next", "{'statusDetails':{'step':'a'}}");
    talk.only("start-next/accepted");
    clock.add(Duration.ofSeconds(50));
    talk.ask("start-next", "{'statusDetails':{'step':'b'}}");
    var again = talk.only("start-next/accepted");
    assertEquals("a", again.at("/execution/statusDetails/step"));
    assertEquals("2", again.at("/execution/versionNumber"));
    assertEquals("60", again.at("/execution/approximateSecondsBeforeTimedOut"));
    clock.add(Duration.ofSeconds(50));
    instance.settle();
    assertEquals("accepted", instance.state(command));
  }

  @Test
  void anotherVersionIsExpectedInVain() {
    var job = instance.job(tenant);
    instance.release(job, device);
    talk.ask("start-next", "{'statusDetails':{'step':'a'}}");
    talk.only("start-next/accepted");
    talk.ask(job + "/update", "{'status':'SUCCEEDED','expectedVersion':1,'clientToken':'t'}");
    var refused = talk.only("update/rejected");
    assertEquals("VersionMismatch", refused.at("/code"));
    assertEquals("t", refused.at("/clientToken"));
    assertEquals("IN_PROGRESS", refused.at("/executionState/status"));
    assertEquals("a", refused.at("/executionState/statusDetails/step"));
    assertEquals("2", refused.at("/executionState/versionNumber"));
    assertEquals(1, instance.requests("update", "version-mismatch"));
  }

  @Test
  void whatHasEndedStaysSoHoweverOftenAndLateTheDeviceSpeaks() {
    var job = instance.job(tenant);
    var command = instance.release(job, device);
    talk.ask(job + "/update", "{'status':'SUCCEEDED'}");
    talk.only("update/accepted");
    for (var status : List.of("SUCCEEDED", "FAILED", "IN_PROGRESS", "REJECTED")) {
      talk.ask(job + "/update", "{'status':'" + status + "'}");
      var refused = talk.only("update/rejected");
      assertEquals("InvalidStateTransition", refused.at("/code"));
      assertEquals("SUCCEEDED", refused.at("/executionState/status"));
      assertEquals("2", refused.at("/executionState/versionNumber"));
    }
    talk.ask(job + "/get", "");
    assertEquals("TerminalStateReached", talk.only("get/rejected").at("/code"));
    assertEquals("succeeded", instance.state(command));
  }

  @Test
  void whatIsCalledOffIsCanceledAndWhatWentWithItsDeviceIsRemoved() {
    talk.listens();
    var job = instance.job(tenant);
    var command = instance.release(job, device);
    instance.settle();
    talk.said();
    talk.ask("start-next", "");
    talk.only("start-next/accepted");
    instance.cancel(device, command, null);
    instance.settle();
    talk.assertTopics("notify", "notify-next");
    assertEquals("after-sending", instance.command(command).getString("reason"));
    talk.ask(job + "/update", "{'status':'SUCCEEDED'}");
    var refused = talk.only("update/rejected");
    assertEquals("InvalidStateTransition", refused.at("/code"));
    assertEquals("CANCELED", refused.at("/executionState/status"));
    var next = instance.job(tenant);
    instance.cancel(device, instance.release(next, device), Reason.DEVICE_DELETED);
    talk.ask(next + "/update", "{'status':'SUCCEEDED'}");
    assertEquals("REMOVED", talk.only("update/rejected").at("/executionState/status"));
  }

  @Test
  void aDeviceHasItsOwnJobsAlone() {
    var others = DeviceAddress.of("x" + tenant, "d1");
    var another = DeviceAddress.of(tenant, "d2");
    var foreign = instance.job(others.tenant().value(), DOCUMENT, false);
    var command = instance.release(foreign, others);
    var shared = instance.job(tenant);
    var theirs = instance.release(shared, another);
    for (var job : List.of(foreign, shared, UUID.randomUUID())) {
      talk.ask(job + "/get", "");
      assertEquals("ResourceNotFound", talk.only("get/rejected").at("/code"));
      talk.ask(job + "/update", "{'status':'SUCCEEDED'}");
      var refused = talk.only("update/rejected");
      assertEquals("ResourceNotFound", refused.at("/code"));
      assertFalse(refused.body().has("executionState"));
    }
    talk.ask("start-next", "");
    assertFalse(talk.only("start-next/accepted").body().has("execution"));
    for (var name : List.of("no-id", "get", foreign.toString().toUpperCase())) {
      talk.ask(name + "/get", "");
      assertEquals("ResourceNotFound", talk.only("get/rejected").at("/code"));
    }
    assertEquals("queued", instance.state(command));
    assertEquals("queued", instance.state(theirs));
  }

  @Test
  void anotherTurnOfAJobIsAnotherExecution() {
    var job = instance.job(tenant);
    instance.release(job, device);
    talk.ask(job + "/update", "{'status':'FAILED','executionNumber':1}");
    talk.only("update/accepted");
    instance.release(job, device);
    talk.ask(job + "/get", "");
    var second = talk.only("get/accepted");
    assertEquals("2", second.at("/execution/executionNumber"));
    assertEquals("1", second.at("/execution/versionNumber"));
    talk.ask(job + "/get", "{'executionNumber':1}");
    assertEquals("ResourceNotFound", talk.only("get/rejected").at("/code"));
    talk.ask(job + "/update", "{'status':'SUCCEEDED','executionNumber':2}");
    talk.only("update/accepted");
  }

  @Test
  void theTimeThatADeviceGivesItselfCountsAlsoAtAnotherInstance() {
    talk.listens();
    var job = instance.job(tenant);
    var command = instance.release(job, device);
    talk.ask("start-next", "{'stepTimeoutInMinutes':5}");
    instance.settle();
    talk.said();
    clock.add(Duration.ofMinutes(4));
    // Without another time it stays as it is.
    talk.ask(job + "/update", "{'status':'IN_PROGRESS'}");
    talk.only("update/accepted");
    clock.add(Duration.ofSeconds(59));
    instance.settle();
    assertEquals("accepted", instance.state(command));
    instance.close();
    clock.add(Duration.ofSeconds(1));
    var another = newInstance(Map.of());
    instance = another;
    another.settle();
    assertEquals("timed-out", another.state(command));
    talk.assertTopics("notify", "notify-next");
    talk.ask(job + "/update", "{'status':'SUCCEEDED'}");
    assertEquals("TIMED_OUT", talk.only("update/rejected").at("/executionState/status"));
  }

  @Test
  void aStepsTimeIsSetAnewAndGivenUp() {
    var job = instance.job(tenant);
    var command = instance.release(job, device);
    talk.ask("start-next", "{'stepTimeoutInMinutes':1}");
    talk.ask(job + "/update", "{'status':'IN_PROGRESS','stepTimeoutInMinutes':10}");
    clock.add(Duration.ofMinutes(9));
    talk.ask(job + "/update", "{'status':'IN_PROGRESS','stepTimeoutInMinutes':-1}");
    clock.add(Duration.ofSeconds(59));
    instance.settle();
    assertEquals("accepted", instance.state(command));
    clock.add(Duration.ofSeconds(1));
    instance.settle();
    assertEquals("not-finished", instance.command(command).getString("reason"));
  }

  @Test
  void whatNobodyBeginsExpires() {
    talk.listens();
    var job = instance.job(tenant);
    var command = instance.release(job, device);
    instance.settle();
    talk.said();
    clock.add(Duration.ofHours(1));
    instance.settle();
    assertEquals("expired", instance.state(command));
    assertEquals("{}", talk.said().getFirst().body().get("jobs").toString());
    talk.ask(job + "/update", "{'status':'IN_PROGRESS'}");
    assertEquals("TIMED_OUT", talk.only("update/rejected").at("/executionState/status"));
  }

  @Test
  void aOneWayJobEndsWithTheDevicesWordToo() {
    talk.listens();
    var job = instance.job(tenant, DOCUMENT, true);
    var command = instance.release(job, device);
    instance.settle();
    talk.said();
    talk.ask("start-next", "");
    talk.only("start-next/accepted");
    assertEquals("accepted", instance.state(command));
    talk.ask(job + "/update", "{'status':'SUCCEEDED'}");
    talk.only("update/accepted");
    assertEquals("succeeded", instance.state(command));
    assertEquals(List.of(), instance.sent());
  }

  @Test
  void requestsOfAPageAreTakenInTheirOrder() {
    var one = instance.job(tenant);
    var two = instance.job(tenant);
    instance.release(one, device);
    instance.release(two, device);
    instance.take(
        events.request(device, "start-next", "{'clientToken':'1'}"),
        events.request(device, one + "/update", "{'status':'SUCCEEDED','expectedVersion':2}"),
        events.request(device, one + "/update", "{'status':'SUCCEEDED'}"),
        events.request(device, "start-next", "{'clientToken':'2'}"),
        events.request(device, one + "/get", ""),
        events.request(device, "get", ""));
    var said = talk.said();
    assertEquals(
        List.of(
            "start-next/accepted",
            one + "/update/accepted",
            one + "/update/rejected",
            "start-next/accepted",
            one + "/get/rejected",
            "get/accepted"),
        said.stream().map(it -> talk.rest(it.topic())).toList());
    assertEquals(two.toString(), said.get(3).at("/execution/jobId"));
    assertEquals("TerminalStateReached", said.get(4).at("/code"));
    assertEquals(List.of(two + ""), jobs(said.get(5), "/inProgressJobs"));
  }

  @Test
  void whatMakesNoSenseIsRejectedAndTheRestGoesOn() {
    var job = instance.job(tenant);
    instance.release(job, device);
    instance.take(
        events.request(device, "get", "{"),
        events.request(device, job + "/update", "{'status':'DONE','clientToken':'t'}"),
        events.request(device, "$next/update", "{'status':'SUCCEEDED'}"),
        events.request(device, "$next/get", ""));
    var said = talk.said();
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
    var codes = talk.said().stream().map(it -> it.at("/code")).toList();
    assertEquals(40, codes.stream().filter(String::isEmpty).count());
    assertEquals(20, codes.stream().filter("RequestThrottled"::equals).count());
    clock.add(Duration.ofSeconds(1));
    talk.ask("get", "");
    talk.only("get/accepted");
  }

  @Test
  void anAnswerBelongsToTheTraceOfItsRequest() {
    talk.ask("get", "");
    assertEquals(
        1,
        DATABASE.number(
            "SELECT count(*) FROM outbox WHERE user_properties->>'traceparent' LIKE '%0af765%'"));
  }

  @Test
  void whatGoesAwayWithItsJobLeavesNothing() {
    var job = instance.job(tenant);
    var command = instance.release(job, device);
    talk.ask(job + "/update", "{'status':'SUCCEEDED'}");
    assertEquals(1, DATABASE.number("SELECT count(*) FROM aws_execution"));
    DATABASE.run("DELETE FROM command WHERE id = '" + command + "'");
    assertEquals(0, DATABASE.number("SELECT count(*) FROM aws_execution"));
    talk.said();
    talk.ask(job + "/get", "");
    assertEquals("ResourceNotFound", talk.only("get/rejected").at("/code"));
  }
}
