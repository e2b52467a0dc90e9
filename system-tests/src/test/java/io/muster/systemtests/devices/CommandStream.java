package io.muster.systemtests.devices;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.stack.RunningStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that gives commands to devices all the time, as programs should: at either instance of
 * command-service, and at the other one when the first does not answer, with an {@code
 * Idempotency-Key}. The devices answer each. Safe for several threads.
 */
public final class CommandStream implements AutoCloseable {
  private static final Duration STEP = Duration.ofMillis(100);
  private static final Duration BEFORE_ANOTHER_TRY = Duration.ofMillis(200);
  private static final Duration GIVE_UP = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RunningStack stack;
  private final List<AnsweringDevice> devices = new ArrayList<>();
  private final List<DeviceAddress> addresses = new ArrayList<>();
  private final Map<String, DeviceAddress> taken = new LinkedHashMap<>();
  private final Thread thread = Thread.ofVirtual().name("command-stream").unstarted(this::run);
  private volatile boolean stopped;
  private volatile Throwable failure;

  private CommandStream(RunningStack stack) {
    this.stack = stack;
  }

  /** Starts with devices at both replicas of the endpoint, each of which goes to the other one. */
  public static CommandStream start(RunningStack stack, TenantId tenant, int count) {
    var stream = new CommandStream(stack);
    try {
      for (int i = 0; i < count; i++) {
        var device = stack.newDevice(tenant, "c" + i);
        stream.addresses.add(device.address());
        stream.devices.add(
            AnsweringDevice.connect(
                device,
                List.of(stack.endpointPort(1 + i % 2), stack.endpointPort(2 - i % 2)),
                name -> Optional.of(200)));
      }
    } catch (RuntimeException | Error notConnected) {
      stream.close();
      throw notConnected;
    }
    stream.thread.start();
    return stream;
  }

  private void run() {
    try {
      for (int i = 0; !stopped; i++) {
        var device = addresses.get(i % addresses.size());
        var id = give(device, i);
        synchronized (taken) {
          taken.put(id, device);
        }
        LockSupport.parkNanos(STEP.toNanos());
      }
    } catch (Exception | Error failed) {
      failure = failed;
    }
  }

  /** Until one of both instances has taken it. */
  private String give(DeviceAddress device, int number)
      throws InterruptedException, JsonProcessingException {
    var deadline = System.nanoTime() + GIVE_UP.toNanos();
    for (int attempt = 0; System.nanoTime() < deadline; attempt++) {
      var body = ask(device, number, 1 + (number + attempt) % 2);
      if (body.isPresent()) {
        return JSON.readTree(body.get()).path("id").asText();
      }
      LockSupport.parkNanos(BEFORE_ANOTHER_TRY.toNanos());
    }
    throw new AssertionError("no instance takes command " + number);
  }

  /** Empty when this instance does not take it now. */
  private Optional<String> ask(DeviceAddress device, int number, int instance)
      throws InterruptedException {
    var request =
        HttpRequest.newBuilder(
                URI.create(
                    "%s/api/v1/tenants/%s/devices/%s/commands"
                        .formatted(stack.command(instance), device.tenant(), device.device())))
            .timeout(Duration.ofSeconds(10))
            .header("Authorization", "Bearer " + stack.tokens().admin())
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "stream-" + number)
            .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"n\",\"timeToLive\":\"PT1H\"}"))
            .build();
    try {
      var answer = stack.http().client().send(request, BodyHandlers.ofString());
      if (answer.statusCode() == 201 || answer.statusCode() == 200) {
        return Optional.of(answer.body());
      }
      // It ends, or its neighbours do; everything else is a mistake of this test.
      assertEquals(503, answer.statusCode(), answer.body());
      return Optional.empty();
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** How many were taken. */
  public int takenCount() {
    assertNull(failure);
    synchronized (taken) {
      return taken.size();
    }
  }

  /** Waits until so many more were taken. */
  public void awaitProgress(int more, Duration patience) {
    var now = takenCount();
    await("more commands").atMost(patience).until(() -> takenCount() >= now + more);
  }

  /** Gives no more; waits until all that were taken have succeeded. */
  public void assertEachSucceeds(Duration patience) throws InterruptedException {
    stopped = true;
    thread.join();
    assertNull(failure);
    for (var one : taken.entrySet()) {
      await("command " + one.getKey())
          .atMost(patience)
          .ignoreExceptions()
          .until(() -> state(one.getValue(), one.getKey()).equals("succeeded"));
    }
  }

  private String state(DeviceAddress device, String id) {
    return stack
        .http()
        .get(
            "%s/api/v1/tenants/%s/devices/%s/commands/%s"
                .formatted(stack.command(1), device.tenant(), device.device(), id),
            stack.tokens().admin())
        .expect(200)
        .json()
        .path("state")
        .asText();
  }

  @Override
  public void close() {
    stopped = true;
    devices.forEach(AnsweringDevice::close);
  }
}
