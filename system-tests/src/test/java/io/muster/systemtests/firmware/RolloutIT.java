package io.muster.systemtests.firmware;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rollouts through the whole stack, with two instances that drive them and devices that poll. */
@ExtendWith(SharedStack.class)
class RolloutIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;
  private final Map<DeviceAddress, DdiClient> clients = new HashMap<>();
  private TenantId tenant;
  private Updates updates;
  private List<DeviceAddress> devices;

  RolloutIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeDevices() {
    tenant = stack.newTenant();
    updates = Updates.of(stack, stack.firmware(1), tenant);
    devices = IntStream.range(0, 6).mapToObj(i -> device("lamp-" + i)).toList();
  }

  private void eachHasWhatItWasBuiltWith() {
    var factory = released("1.0");
    devices.forEach(it -> updates.assign(it, factory));
    devices.forEach(it -> end(it, "success"));
  }

  @Test
  void aCanaryThatFailsStopsIt() throws Exception {
    var rollout = make(released("2.0"), "\"groups\":[{\"count\":3},{}]");
    awaitCount(rollout, "given", 3);
    client(devices.get(1)).follow("deploymentBase");
    end(devices.get(0), "failure");
    awaitState(rollout, "stopped");
    assertEquals("error-share", read(rollout).path("reason").asText());
    // Who has not looked does not get it any more, who has goes on.
    awaitCount(rollout, "pending", 4);
    end(devices.get(1), "success");
    awaitCount(rollout, "finished", 1);
    assertEquals(4, count(rollout, "pending"));
    devices.subList(2, 6).forEach(it -> assertTrue(pending(it).isEmpty()));
  }

  @Test
  void itSucceedsInStages() {
    eachHasWhatItWasBuiltWith();
    var rollout =
        make(released("2.0"), "\"groups\":[{\"count\":1},{\"share\":0.34},{}],\"atOnce\":3");
    awaitCount(rollout, "given", 1);
    end(devices.get(0), "success");
    awaitCount(rollout, "given", 3);
    devices.subList(1, 3).forEach(it -> end(it, "success"));
    assertEquals("running", read(rollout).path("state").asText());
    end(devices.get(3), "success");
    awaitCount(rollout, "given", 2);
    devices.subList(4, 6).forEach(it -> end(it, "success"));
    awaitState(rollout, "finished");
    assertEquals(6, count(rollout, "finished"));
    devices.forEach(it -> assertEquals("2.0", installed(it)));
  }

  @Test
  void itIsCancelledDuringADownload() throws Exception {
    eachHasWhatItWasBuiltWith();
    var rollout = make(released("2.0"), "");
    awaitCount(rollout, "given", 6);
    var client = client(devices.get(0));
    var url = DdiClient.download(client.follow("deploymentBase"));
    var action = action(devices.get(0));
    assertEquals(200, client.feedback("deploymentBase", action, "proceeding", "none"));
    try (var begun = client.fetch(url, 0).body()) {
      assertEquals(100, begun.readNBytes(100).length);
      post(rollout, "cancel", "{\"alsoSeen\":true}");
      awaitCount(rollout, "cancelling", 1);
      awaitCount(rollout, "cancelled", 5);
      // What is on its way is not cut.
      assertEquals(199_900, begun.readAllBytes().length);
    }
    assertEquals(action, client.follow("cancelAction").at("/cancelAction/stopId").asLong());
    assertEquals(200, client.feedback("cancelAction", action, "closed", "success"));
    awaitCount(rollout, "cancelled", 6);
    assertEquals("cancelled", read(rollout).path("state").asText());
    devices.forEach(it -> assertTrue(pending(it).isEmpty()));
    assertEquals("1.0", installed(devices.get(0)));
  }

  @Test
  void whoFailsTriesAgainByItselfAndWhenSomebodySaysSo() {
    var rollout =
        make(
            released("2.0"),
            "\"retry\":{\"attempts\":2,\"minBackoff\":\"PT1S\"},\"groups\":[{\"errorShare\":0.5}]");
    awaitCount(rollout, "given", 6);
    devices.subList(1, 6).forEach(it -> end(it, "success"));
    end(devices.get(0), "failure");
    awaitCount(rollout, "given", 1);
    end(devices.get(0), "failure");
    awaitCount(rollout, "failed", 1);
    // Five of six are fewer than 0.9.
    awaitState(rollout, "stopped");
    assertEquals("success-share", read(rollout).path("reason").asText());
    post(rollout, "retry", "{}");
    awaitCount(rollout, "given", 1);
    end(devices.get(0), "success");
    awaitState(rollout, "finished");
  }

  @Test
  void eachDeviceGoesBackToWhatItHad() {
    eachHasWhatItWasBuiltWith();
    var other = released("1.1");
    updates.assign(devices.get(1), other);
    end(devices.get(1), "success");
    var rollout = make(released("2.0"), "\"groups\":[{\"count\":4},{}]");
    awaitCount(rollout, "given", 4);
    devices.subList(0, 2).forEach(it -> end(it, "success"));
    awaitCount(rollout, "finished", 2);
    var back = post(rollout, "rollback", "{}").path("id").asText();
    awaitState(rollout, "cancelled");
    awaitCount(back, "given", 2);
    devices.subList(0, 2).forEach(it -> end(it, "success"));
    awaitState(back, "finished");
    assertEquals("1.0", installed(devices.get(0)));
    assertEquals("1.1", installed(devices.get(1)));
    devices.subList(2, 6).forEach(it -> assertTrue(pending(it).isEmpty()));
  }

  @Test
  void aSecondPersonApproves() {
    var rollout = make(released("2.0"), "\"approvalRequired\":true");
    assertEquals("waiting-for-approval", read(rollout).path("state").asText());
    var path = stack.firmware(2) + "/api/v1/tenants/" + tenant + "/rollouts/" + rollout;
    assertEquals(409, stack.http().post(path + "/approve", stack.tokens().admin(), "{}").status());
    devices.forEach(it -> assertTrue(pending(it).isEmpty()));
    stack
        .http()
        .post(path + "/approve", stack.tokens().person("operator", tenant.value()), "{}")
        .expect(200);
    awaitCount(rollout, "given", 6);
  }

  /**
   * A window of a minute that opens soon: who began in it goes on, who did not waits. Cron knows no
   * seconds.
   */
  @Test
  @Tag("full")
  void aWindowOpensAndClosesDuringADownload() throws Exception {
    var opens = Instant.now().plusSeconds(90).truncatedTo(ChronoUnit.MINUTES);
    var at = opens.atOffset(ZoneOffset.UTC);
    var rollout =
        make(
            released("2.0"),
            "\"maintenance\":{\"cron\":\"%d %d * * *\",\"duration\":\"PT1M\",\"zone\":\"UTC\"}"
                .formatted(at.getMinute(), at.getHour()));
    await().atMost(SOON).until(() -> "window".equals(read(rollout).path("waitsFor").asText()));
    assertEquals(opens, Instant.parse(read(rollout).path("nextAt").asText()));
    devices.forEach(it -> assertTrue(pending(it).isEmpty()));
    eventually(Duration.ofSeconds(120), () -> assertEquals(6, count(rollout, "given")));
    var client = client(devices.get(0));
    var deployment = client.follow("deploymentBase").path("deployment");
    assertEquals("available", deployment.path("maintenanceWindow").asText());
    var action = action(devices.get(0));
    try (var begun = client.fetch(DdiClient.download(client.follow("deploymentBase")), 0).body()) {
      begun.readNBytes(100);
      eventually(Duration.ofSeconds(90), () -> assertEquals(5, count(rollout, "pending")));
      assertEquals(199_900, begun.readAllBytes().length);
    }
    var late = client.follow("deploymentBase").path("deployment");
    assertEquals("unavailable", late.path("maintenanceWindow").asText());
    assertEquals("skip", late.path("update").asText());
    devices.subList(1, 6).forEach(it -> assertTrue(pending(it).isEmpty()));
    assertEquals(200, client.feedback("deploymentBase", action, "closed", "success"));
    awaitCount(rollout, "finished", 1);
    post(rollout, "pause", null);
    post(rollout, "resume", null);
    await().atMost(SOON).until(() -> "window".equals(read(rollout).path("waitsFor").asText()));
    assertEquals(5, count(rollout, "pending"));
  }

  @Test
  void aRolloutGoesOnWhenAnInstanceIsKilled() {
    var rollout = make(released("2.0"), "\"groups\":[{\"count\":2},{}]");
    awaitCount(rollout, "given", 2);
    var pid = stack.processes().kill("firmware");
    var other = Updates.of(stack, stack.firmware(2), tenant);
    devices.subList(0, 2).forEach(it -> end(it, "success"));
    eventually(
        SOON,
        () -> assertEquals(4, other.get("/rollouts/" + rollout).at("/counts/given").asLong()));
    stack.processes().awaitRestart("firmware", pid);
    devices.subList(2, 6).forEach(it -> end(it, "success"));
    awaitState(rollout, "finished");
    // Each device had it once.
    devices.forEach(it -> assertEquals(1, actions(it)));
  }

  @Test
  void theRegistrysDevicesAreFoundByFilterAndByThoseThatComeLater() {
    var rollout =
        updates
            .post(
                "/rollouts",
                body(
                    released("2.0"),
                    "{\"filter\":\"id==lamp-*\"}",
                    "\"continuous\":true,\"groups\":[{\"successShare\":0}]"))
            .path("id")
            .asText();
    awaitCount(rollout, "given", 6);
    var late = device("lamp-9");
    awaitCount(rollout, "given", 7);
    assertEquals(false, pending(late).isEmpty());
  }

  /** Told over MQTT, looked at over hawkBit's API, answered over MQTT. */
  @Test
  void devicesThatListenNeedNotPoll() {
    var canary = stack.newDevice(tenant, "canary");
    devices = List.of(known(canary.address()), devices.get(0));
    try (var listening = UpdateListener.connect(canary, stack.endpointPort(1))) {
      var rollout = make(released("2.0"), "\"groups\":[{\"count\":1},{}]");
      listening.awaitNotice("{\"pending\":\"deploymentBase\",\"id\":\"1\"}");
      listening.say(UpdateListener.feedback(1, "closed", "failure"));
      awaitState(rollout, "stopped");
      post(rollout, "retry", "{}");
      listening.awaitNotice("{\"pending\":\"deploymentBase\",\"id\":\"2\"}");
      listening.say(UpdateListener.feedback(2, "closed", "success"));
      awaitCount(rollout, "finished", 1);
      awaitCount(rollout, "given", 1);
    }
  }

  @Test
  @Tag("full")
  void whoStaysSilentIsGivenUp() throws Exception {
    var rollout = make(released("2.0"), "\"updateWithin\":\"PT20S\"");
    awaitCount(rollout, "given", 6);
    client(devices.get(0)).follow("deploymentBase");
    awaitState(rollout, "stopped");
    assertEquals("error-share", read(rollout).path("reason").asText());
    assertEquals(1, count(rollout, "overdue"));
    assertEquals(5, count(rollout, "unreached"));
    assertTrue(pending(devices.get(0)).contains("/cancelAction/"));
    devices.subList(1, 6).forEach(it -> assertTrue(pending(it).isEmpty()));
  }

  private DeviceAddress device(String name) {
    return known(stack.newDevice(tenant, name).address());
  }

  private DeviceAddress known(DeviceAddress device) {
    // The other instance than the one that people ask.
    clients.put(device, DdiClient.of(stack.firmware(2), device, updates.token(device)));
    return device;
  }

  private DdiClient client(DeviceAddress device) {
    return clients.get(device);
  }

  private String released(String version) {
    var bytes = new byte[200_000];
    new Random(version.hashCode()).nextBytes(bytes);
    return updates.released(version, "image.bin", bytes);
  }

  private String make(String distribution, String more) {
    var ids = devices.stream().map(it -> "\"" + it.device() + "\"").toList();
    var targets = "{\"devices\":[" + String.join(",", ids) + "]}";
    return updates.post("/rollouts", body(distribution, targets, more)).path("id").asText();
  }

  private static String body(String distribution, String targets, String more) {
    return "{\"name\":\"spring\",\"distribution\":\"%s\",\"targets\":%s%s}"
        .formatted(distribution, targets, more.isEmpty() ? "" : "," + more);
  }

  /** The device polls, gets its update, and says how it ended. */
  private void end(DeviceAddress device, String finished) {
    eventually(
        SOON,
        () -> {
          assertTrue(!pending(device).isEmpty(), device + " is to get nothing");
          client(device).follow("deploymentBase");
          assertEquals(
              200, client(device).feedback("deploymentBase", action(device), "closed", finished));
        });
  }

  /** What the device is to look at; empty for nothing. */
  private String pending(DeviceAddress device) {
    try {
      var links = client(device).json(client(device).base()).path("_links");
      return links.has("cancelAction")
          ? links.at("/cancelAction/href").asText()
          : links.at("/deploymentBase/href").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private long action(DeviceAddress device) {
    var link = pending(device);
    return Long.parseLong(link.substring(link.lastIndexOf('/') + 1));
  }

  private long actions(DeviceAddress device) {
    return updates.get("/devices/" + device.device() + "/firmware-actions").path("items").size();
  }

  private String installed(DeviceAddress device) {
    return updates.installed(device).at("/0/version").asText();
  }

  private JsonNode read(String rollout) {
    return updates.get("/rollouts/" + rollout);
  }

  private JsonNode post(String rollout, String what, String json) {
    return updates.post("/rollouts/" + rollout + "/" + what, json);
  }

  private long count(String rollout, String state) {
    return read(rollout).path("counts").path(state).asLong();
  }

  private void awaitCount(String rollout, String state, long count) {
    eventually(SOON, () -> assertEquals(count, count(rollout, state), read(rollout).toString()));
  }

  private void awaitState(String rollout, String state) {
    eventually(
        SOON,
        () -> assertEquals(state, read(rollout).path("state").asText(), read(rollout).toString()));
  }

  private static void eventually(Duration patience, ThrowingRunnable step) {
    await()
        .atMost(patience)
        .pollInterval(Duration.ofMillis(50))
        // An instance that was killed comes back.
        .ignoreExceptions()
        .untilAsserted(step);
  }
}
