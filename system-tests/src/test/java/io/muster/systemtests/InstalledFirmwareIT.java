package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a device tells the firmware service of its updates is found in the registry. */
@ExtendWith(SharedStack.class)
class InstalledFirmwareIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String JSON = "application/json";

  private final RunningStack stack;
  private TestDevice device;

  InstalledFirmwareIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    device = stack.newDevice(stack.newTenant(), "lamp");
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> stack.http().get(stack.firmware(1) + "/q/health/ready", null).status() == 200);
  }

  @Test
  void aDeviceIsFoundByWhatItHasInstalled() {
    unsignedIsGoodEnough();
    var token = targetToken();
    install(1, assigned("1.9.0"), token);
    awaitFound("firmware==1.9.0", List.of("lamp"));
    assertEquals(List.of("lamp"), found("firmware.base=lt=1.10"));
    install(2, assigned("1.10.0"), token);
    awaitFound("firmware==1.10.0", List.of("lamp"));
    assertEquals(List.of(), found("firmware==1.9.0"));
    assertEquals(List.of(), found("firmware.base=lt=1.10"));
    var other = stack.newDevice(stack.newTenant(), "lamp").address().tenant();
    assertEquals(
        0,
        stack
            .http()
            .get(stack.devices(other) + "?filter=firmware=ex=true", stack.tokens().admin())
            .expect(200)
            .json()
            .get("items")
            .size());
  }

  @Test
  @Tag("full")
  void whatIsInstalledWhileTheRegistriesAreAwayIsFoundLater() {
    unsignedIsGoodEnough();
    var token = targetToken();
    install(1, assigned("1.9.0"), token);
    var second = assigned("1.10.0");
    var killed = stack.processes().killTogether("registry", "registry-2");
    try {
      // The firmware service knows the device; it needs no registry for what it is told now.
      install(2, second, token);
    } finally {
      killed.forEach(stack.processes()::awaitRestart);
    }
    awaitFound("firmware==1.10.0", List.of("lamp"));
  }

  private String targetToken() {
    return post("/devices/lamp/target-tokens", "{}", 201).path("token").asText();
  }

  private String api() {
    return stack.firmware(1) + "/api/v1/tenants/" + device.address().tenant();
  }

  private JsonNode post(String path, String body, int status) {
    return stack.http().post(api() + path, stack.tokens().admin(), body).expect(status).json();
  }

  private void unsignedIsGoodEnough() {
    stack
        .http()
        .send(
            "PUT",
            api() + "/firmware-settings",
            stack.tokens().admin(),
            Map.of("Content-Type", JSON, "If-Match", "*"),
            "{\"signatureRequired\":false}")
        .expect(200);
  }

  /** The device is to have this version of its one module, {@code base}; gives the distribution. */
  private String assigned(String version) {
    var artifact =
        stack
            .http()
            .send(
                "POST",
                api() + "/artifacts?filename=base.swu",
                stack.tokens().admin(),
                Map.of("Content-Type", "application/octet-stream"),
                "image " + version)
            .expect(201)
            .json()
            .path("id")
            .asText();
    var module =
        post(
                "/software-modules",
                """
                {"name":"base","version":"%s","type":"firmware","artifacts":["%s"]}\
                """
                    .formatted(version, artifact),
                201)
            .path("id")
            .asText();
    var distribution =
        post(
                "/distributions",
                "{\"name\":\"lamp\",\"version\":\"%s\",\"modules\":[\"%s\"]}"
                    .formatted(version, module),
                201)
            .path("id")
            .asText();
    post("/distributions/" + distribution + "/release", "", 200);
    post(
        "/devices/lamp/firmware-actions", "{\"distribution\":\"%s\"}".formatted(distribution), 201);
    return distribution;
  }

  /** As a client of hawkBit's device API does it. */
  private void install(int action, String distribution, String token) {
    var answer =
        stack
            .http()
            .send(
                "POST",
                stack.firmware(1)
                    + "/%s/controller/v1/lamp/deploymentBase/%d/feedback"
                        .formatted(device.address().tenant(), action),
                null,
                Map.of("Content-Type", JSON, "Authorization", "TargetToken " + token),
                """
                {"id":"%d","status":{"execution":"closed","result":{"finished":"success"},"details":[]}}\
                """
                    .formatted(action));
    assertEquals(200, answer.status(), distribution + ": " + answer.body());
  }

  private void awaitFound(String filter, List<String> ids) {
    await(filter)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> found(filter).equals(ids));
  }

  private List<String> found(String filter) {
    var items =
        stack
            .http()
            .get(
                stack.devices(device.address().tenant())
                    + "?filter="
                    + URLEncoder.encode(filter, StandardCharsets.UTF_8),
                stack.tokens().admin())
            .expect(200)
            .json()
            .get("items");
    return items.findValuesAsText("id");
  }
}
