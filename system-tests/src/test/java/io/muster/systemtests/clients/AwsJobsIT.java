package io.muster.systemtests.clients;

import static io.muster.systemtests.clients.AwsIotConnection.PATIENCE_SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.crt.iot.StreamingOperation;
import software.amazon.awssdk.crt.iot.SubscriptionStatusEventType;
import software.amazon.awssdk.iot.V2ClientStreamOptions;
import software.amazon.awssdk.iot.iotjobs.IotJobsV2Client;
import software.amazon.awssdk.iot.iotjobs.model.DescribeJobExecutionRequest;
import software.amazon.awssdk.iot.iotjobs.model.GetPendingJobExecutionsRequest;
import software.amazon.awssdk.iot.iotjobs.model.JobStatus;
import software.amazon.awssdk.iot.iotjobs.model.NextJobExecutionChangedEvent;
import software.amazon.awssdk.iot.iotjobs.model.NextJobExecutionChangedSubscriptionRequest;
import software.amazon.awssdk.iot.iotjobs.model.RejectedErrorCode;
import software.amazon.awssdk.iot.iotjobs.model.StartNextPendingJobExecutionRequest;
import software.amazon.awssdk.iot.iotjobs.model.UpdateJobExecutionRequest;
import software.amazon.awssdk.iot.iotjobs.model.V2ErrorResponse;
import software.amazon.awssdk.iot.iotjobs.model.V2ErrorResponseException;

/** AWS' client for jobs as it is: only the address and the thing's name are Muster's. */
@ExtendWith(SharedStack.class)
class AwsJobsIT {
  private static final Duration SOON = Duration.ofSeconds(PATIENCE_SECONDS);

  private final RunningStack stack;
  private final BlockingQueue<NextJobExecutionChangedEvent> nexts = new LinkedBlockingQueue<>();

  @TempDir Path folder;
  private TestDevice device;
  private DeviceCertificate certificate;
  private String thing;

  AwsJobsIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void registerACertificate() throws Exception {
    device = stack.newDevice(stack.newTenant(), "lamp");
    certificate = DeviceCertificate.make(folder, "RSA");
    certificate.register(stack, device);
    thing = device.clientIdentifier();
  }

  @Test
  void aDeviceIsToldOfAJobBeginsItAndEndsIt() throws Exception {
    try (var connection = AwsIotConnection.open(stack, certificate, thing);
        var _ = listen(connection.jobs())) {
      var jobs = connection.jobs();
      var pending = jobs.getPendingJobExecutions(pending()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertEquals(List.of(), pending.queuedJobs);
      // Made at one instance, whichever of both serves the device.
      var job = make(2, "{\"operation\":\"reboot\",\"delay\":5}");
      var next = nexts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).execution;
      assertEquals(job, next.jobId);
      assertEquals(JobStatus.QUEUED, next.status);
      assertEquals("reboot", next.jobDocument.get("operation"));
      var started =
          jobs.startNextPendingJobExecution(startNext())
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
              .execution;
      assertEquals(job, started.jobId);
      assertEquals(thing, started.thingName);
      assertEquals(JobStatus.IN_PROGRESS, started.status);
      assertEquals(2, started.versionNumber);
      assertEquals(1L, started.executionNumber);
      assertEquals(Map.of("operation", "reboot", "delay", 5.0), started.jobDocument);
      await().atMost(SOON).until(() -> counts(1, job).path("accepted").asInt() == 1);

      var wrong = update(job, JobStatus.SUCCEEDED);
      wrong.expectedVersion = 1;
      var mismatch = refused(jobs.updateJobExecution(wrong));
      assertEquals(RejectedErrorCode.VERSION_MISMATCH, mismatch.code);
      assertEquals(2, mismatch.executionState.versionNumber);

      var right = update(job, JobStatus.SUCCEEDED);
      right.expectedVersion = 2;
      right.includeJobExecutionState = true;
      right.statusDetails = new HashMap<>(Map.of("took", "3 s"));
      var done = jobs.updateJobExecution(right).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertEquals(JobStatus.SUCCEEDED, done.executionState.status);
      assertEquals(3, done.executionState.versionNumber);
      await().atMost(SOON).until(() -> nexts.stream().anyMatch(it -> it.execution == null));
      await().atMost(SOON).until(() -> state(1, job).equals("completed"));
      assertEquals(1, counts(2, job).get("succeeded").intValue());

      var late = refused(jobs.updateJobExecution(update(job, JobStatus.FAILED)));
      assertEquals(RejectedErrorCode.INVALID_STATE_TRANSITION, late.code);
      assertEquals(JobStatus.SUCCEEDED, late.executionState.status);
      var describe = new DescribeJobExecutionRequest();
      describe.thingName = thing;
      describe.jobId = job;
      assertEquals(
          RejectedErrorCode.TERMINAL_STATE_REACHED,
          refused(jobs.describeJobExecution(describe)).code);
      assertNull(
          jobs.startNextPendingJobExecution(startNext())
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
              .execution);
    }
  }

  @Test
  void aDeviceThatWasAwayIsToldWhenItListensAgain() throws Exception {
    try (var connection = AwsIotConnection.open(stack, certificate, thing);
        var _ = listen(connection.jobs())) {
      connection.jobs().getPendingJobExecutions(pending()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    var job = make(1, "{\"operation\":\"update\"}");
    await().atMost(SOON).until(() -> counts(1, job).path("queued").asInt() == 1);
    try (var connection = AwsIotConnection.open(stack, certificate, thing);
        var _ = listen(connection.jobs())) {
      assertEquals(job, nexts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS).execution.jobId);
      connection
          .jobs()
          .updateJobExecution(update(job, JobStatus.REJECTED))
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      await().atMost(SOON).until(() -> counts(2, job).path("rejected").asInt() == 1);
    }
  }

  private StreamingOperation listen(IotJobsV2Client jobs) throws Exception {
    var subscribed = new CompletableFuture<Void>();
    var toNexts = new NextJobExecutionChangedSubscriptionRequest();
    toNexts.thingName = thing;
    var stream =
        jobs.createNextJobExecutionChangedStream(
            toNexts,
            V2ClientStreamOptions.<NextJobExecutionChangedEvent>builder()
                .withStreamEventHandler(nexts::add)
                .withSubscriptionEventHandler(
                    event -> {
                      if (event.getType() == SubscriptionStatusEventType.SUBSCRIPTION_ESTABLISHED) {
                        subscribed.complete(null);
                      }
                    })
                .build());
    stream.open();
    subscribed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return stream;
  }

  private static V2ErrorResponse refused(CompletableFuture<?> answer) {
    var failure =
        assertThrows(
            ExecutionException.class, () -> answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    return assertInstanceOf(V2ErrorResponseException.class, failure.getCause()).getModeledError();
  }

  private GetPendingJobExecutionsRequest pending() {
    var request = new GetPendingJobExecutionsRequest();
    request.thingName = thing;
    return request;
  }

  private StartNextPendingJobExecutionRequest startNext() {
    var request = new StartNextPendingJobExecutionRequest();
    request.thingName = thing;
    return request;
  }

  private UpdateJobExecutionRequest update(String job, JobStatus status) {
    var request = new UpdateJobExecutionRequest();
    request.thingName = thing;
    request.jobId = job;
    request.status = status;
    return request;
  }

  private String make(int instance, String document) {
    return stack
        .http()
        .post(
            jobs(instance),
            stack.tokens().admin(),
            "{\"command\":{\"name\":\"work\",\"payload\":"
                + document
                + ",\"responseTimeout\":\"PT1H\"},\"targets\":{\"devices\":[\"lamp\"]}}")
        .expect(201)
        .json()
        .get("id")
        .textValue();
  }

  private String state(int instance, String job) {
    return read(instance, job).get("state").textValue();
  }

  private JsonNode counts(int instance, String job) {
    return read(instance, job).get("counts");
  }

  private JsonNode read(int instance, String job) {
    return stack.http().get(jobs(instance) + "/" + job, stack.tokens().admin()).expect(200).json();
  }

  private String jobs(int instance) {
    return stack.command(instance) + "/api/v1/tenants/" + device.address().tenant() + "/jobs";
  }
}
