package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.devices.FetchingDevice;
import io.muster.systemtests.devices.GatedDevice;
import io.muster.systemtests.stack.Http;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Commands, a schedule, a job and one that its device fetches over AWS IoT's topics are in flight,
 * and processes are killed: each command comes to its end, none is lost or given twice, and none
 * overtakes another.
 */
@Tag("full")
@ExtendWith(SharedStack.class)
class CommandFailuresIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  /** So many times a minute a job goes round: some have had their turn when the kill comes. */
  private static final int ROUNDS_A_MINUTE = 6;

  private final RunningStack stack;

  CommandFailuresIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void nothingIsLostOrStuckWhenAllIsKilledAtOnce() {
    try (var crowd = new Crowd(5)) {
      crowd.send(40);
      crowd.awaitHeard(40);
      var schedule = crowd.schedule(Instant.now().plusSeconds(2));
      var job = crowd.job();
      var fetched = crowd.begunFetchedJob();
      var killed = stack.processes().killTogether("command", "command-2", "broker", "postgres");
      var sending = Thread.ofVirtual().start(() -> crowd.send(20));
      crowd.openHalf();
      killed.forEach(stack.processes()::awaitRestart);
      joined(sending);
      crowd.openAll();
      crowd.finish(fetched);
      crowd.assertEachHasEndedWell();
      crowd.assertFiredOnce(schedule);
      crowd.assertDoneByEach(job);
    }
  }

  @Test
  @Tag("full")
  void aThousandInFlightSurviveEachKill() {
    var random = new Random();
    for (var process : List.of("command", "command-2", "broker", "postgres", "ingest")) {
      try (var crowd = new Crowd(50)) {
        crowd.send(1_000);
        crowd.awaitHeard(1_000);
        var schedule = crowd.schedule(Instant.now().plusSeconds(2));
        var job = crowd.job();
        var fetched = crowd.begunFetchedJob();
        var sending = Thread.ofVirtual().start(() -> crowd.send(500));
        for (var kill = 0; kill < 3; kill++) {
          passes(Duration.ofMillis(random.nextInt(1_500)));
          if (kill == 1) {
            crowd.openHalf();
          }
          var pid = stack.processes().kill(process);
          stack.processes().awaitRestart(process, pid);
        }
        joined(sending);
        crowd.openAll();
        crowd.finish(fetched);
        crowd.assertEachHasEndedWell();
        crowd.assertFiredOnce(schedule);
        crowd.assertDoneByEach(job);
      }
    }
  }

  /** Devices of one tenant that listen, and what was sent to them. */
  private final class Crowd implements AutoCloseable {
    private final TenantId tenant = stack.newTenant();
    private final List<GatedDevice> devices = new ArrayList<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final FetchingDevice lamp;

    Crowd(int size) {
      lamp = FetchingDevice.connect(stack.newDevice(tenant, "lamp"), stack.endpointPort(1));
      for (var i = 0; i < size; i++) {
        var device = stack.newDevice(tenant, "press-" + i);
        devices.add(GatedDevice.connect(device, stack.endpointPort(1)));
      }
    }

    /** To one after the other, at whichever instance is there. */
    void send(int commands) {
      for (var i = 0; i < commands; i++) {
        var number = sent.getAndIncrement();
        post(
            number,
            "/devices/" + devices.get(number % devices.size()).address().device() + "/commands",
            "{\"name\":\"c%d\",\"timeToLive\":\"PT1H\",\"responseTimeout\":\"PT1H\"}"
                .formatted(number));
      }
    }

    String schedule(Instant at) {
      return post(
              0,
              "/schedules",
              "{\"device\":\"press-0\",\"at\":\"%s\",\"command\":{\"name\":\"scheduled\",\"responseTimeout\":\"PT1H\"}}"
                  .formatted(at))
          .path("id")
          .asText();
    }

    /** To each device, one after the other within some seconds. */
    String job() {
      return post(
              0,
              "/jobs",
              "{\"command\":{\"name\":\"job\",\"timeToLive\":\"PT1H\",\"responseTimeout\":\"PT1H\"},"
                  + "\"targets\":{\"filter\":\"id==press-*\"},\"rate\":{\"perMinute\":%d}}"
                      .formatted(devices.size() * ROUNDS_A_MINUTE))
          .path("id")
          .asText();
    }

    /** That one device fetches itself, and is at work on. */
    String begunFetchedJob() {
      var job =
          post(
                  1,
                  "/jobs",
                  "{\"command\":{\"name\":\"fetched\",\"timeToLive\":\"PT1H\",\"responseTimeout\":\"PT1H\"},"
                      + "\"targets\":{\"devices\":[\"lamp\"]}}")
              .path("id")
              .asText();
      await()
          .atMost(PATIENCE)
          .pollInterval(ASK_AGAIN)
          .until(
              () -> {
                lamp.startNext();
                return lamp.hasBegun(job);
              });
      return job;
    }

    /** Its device says that it has done it until that has arrived. */
    void finish(String fetchedJob) {
      await()
          .atMost(PATIENCE)
          .pollInterval(ASK_AGAIN)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .ignoreExceptionsInstanceOf(AssertionError.class)
          .until(
              () -> {
                lamp.succeed(fetchedJob);
                return read("/jobs/" + fetchedJob).path("state").asText().equals("completed");
              });
      var counts = read("/jobs/" + fetchedJob).path("counts");
      assertEquals(1, counts.path("succeeded").asInt(), counts.toString());
      assertEquals(1, counts.size(), counts.toString());
    }

    /** Repeated until it is taken: the key sees to it that it is done once. */
    private JsonNode post(int number, String path, String json) {
      for (var end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; ) {
        for (var instance : List.of(1 + number % 2, 2 - number % 2)) {
          var answer = tried(instance, path, "key-" + number, json);
          if (answer != null) {
            return answer;
          }
        }
        passes(PAUSE);
      }
      throw new AssertionError("nobody takes " + json);
    }

    /** Null when the instance is not there, or says that it cannot. */
    private JsonNode tried(int instance, String path, String key, String json) {
      var request =
          HttpRequest.newBuilder(URI.create(api(instance) + path))
              .timeout(Duration.ofSeconds(20))
              .header("Authorization", "Bearer " + stack.tokens().admin())
              .header("Content-Type", "application/json")
              .header("Idempotency-Key", key)
              .POST(HttpRequest.BodyPublishers.ofString(json))
              .build();
      try {
        var answer = stack.http().client().send(request, BodyHandlers.ofString());
        if (answer.statusCode() >= 500) {
          return null;
        }
        return new Http.Answer(answer.statusCode(), answer.body()).expect(201).json();
      } catch (IOException gone) {
        return null;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    /** Until devices have had so many. */
    void awaitHeard(int commands) {
      await()
          .atMost(PATIENCE)
          .pollInterval(PAUSE)
          .until(() -> devices.stream().mapToInt(it -> it.names().size()).sum() >= commands);
    }

    void openHalf() {
      devices.subList(0, devices.size() / 2).forEach(GatedDevice::open);
    }

    void openAll() {
      devices.forEach(GatedDevice::open);
    }

    /** Nothing is open, each has succeeded, and each device has had its own in order. */
    void assertEachHasEndedWell() {
      // That of the schedule, that which is fetched, and the job's to each device.
      var all = sent.get() + 2 + devices.size();
      await()
          .atMost(PATIENCE)
          .pollInterval(PAUSE)
          .ignoreExceptionsInstanceOf(UncheckedIOException.class)
          .ignoreExceptionsInstanceOf(AssertionError.class)
          .until(() -> count("succeeded") >= all);
      assertEquals(all, count("succeeded"));
      assertEquals(all, count(null), "commands of the tenant");
      for (var i = 0; i < devices.size(); i++) {
        var device = i;
        var expected =
            IntStream.range(0, sent.get())
                .filter(number -> number % devices.size() == device)
                .mapToObj(number -> "c" + number)
                .toList();
        assertEquals(
            expected,
            devices.get(device).names().stream().filter(it -> it.startsWith("c")).toList());
      }
    }

    void assertFiredOnce(String schedule) {
      var firings =
          stack
              .http()
              .get(api(2) + "/schedules/" + schedule + "/firings", stack.tokens().admin())
              .expect(200)
              .json()
              .path("items");
      assertEquals(1, firings.size(), firings.toString());
      assertEquals("fired", firings.path(0).path("outcome").asText(), firings.toString());
      assertEquals(1, devices.getFirst().names().stream().filter("scheduled"::equals).count());
      assertEquals("finished", read("/schedules/" + schedule).path("state").asText());
    }

    /** The job knows of its end, counts each device once, and each had one command of it. */
    void assertDoneByEach(String job) {
      await()
          .atMost(PATIENCE)
          .pollInterval(PAUSE)
          .until(() -> read("/jobs/" + job).path("state").asText().equals("completed"));
      var counts = read("/jobs/" + job).path("counts");
      assertEquals(devices.size(), counts.path("succeeded").asInt(), counts.toString());
      assertEquals(1, counts.size(), counts.toString());
      var targets = read("/jobs/" + job + "/devices?limit=100").path("items");
      assertEquals(devices.size(), Set.copyOf(targets.findValuesAsText("device")).size());
      assertEquals(devices.size(), Set.copyOf(targets.findValuesAsText("command")).size());
      for (var target : targets) {
        assertEquals("succeeded", target.path("state").asText(), target.toString());
      }
      for (var device : devices) {
        assertTrue(device.names().contains("job"), device.address() + " heard nothing of it");
      }
    }

    private JsonNode read(String path) {
      return stack.http().get(api(1) + path, stack.tokens().admin()).expect(200).json();
    }

    /** Of the tenant's commands, page by page. */
    private int count(String state) {
      var count = 0;
      var cursor = "";
      do {
        var page =
            stack
                .http()
                .get(
                    api(2)
                        + "/commands?limit=100"
                        + (state == null ? "" : "&state=" + state)
                        + (cursor.isEmpty() ? "" : "&cursor=" + cursor),
                    stack.tokens().admin())
                .expect(200)
                .json();
        count += page.path("items").size();
        cursor = page.path("next").asText();
      } while (!cursor.isEmpty());
      return count;
    }

    private String api(int instance) {
      return stack.command(instance) + "/api/v1/tenants/" + tenant;
    }

    @Override
    public void close() {
      devices.forEach(GatedDevice::close);
      lamp.close();
    }
  }

  private static void joined(Thread thread) {
    try {
      if (!thread.join(PATIENCE)) {
        throw new AssertionError("not all commands were taken");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The time itself is what is waited for. */
  private static void passes(Duration time) {
    var until = System.nanoTime() + time.toNanos();
    await()
        .pollDelay(Duration.ZERO)
        .atMost(time.plusMinutes(1))
        .until(() -> System.nanoTime() >= until);
  }
}
