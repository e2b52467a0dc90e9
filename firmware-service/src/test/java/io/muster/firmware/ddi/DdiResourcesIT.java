package io.muster.firmware.ddi;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.muster.firmware.ServiceTest;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What few clients ask for, and hawkBit's API has nevertheless. */
@ServiceTest
class DdiResourcesIT {
  private static final String HAL = "application/hal+json";

  FirmwareStack stack;
  private OneDevice device;
  private String distribution;

  @BeforeEach
  void makeADevice() {
    device = OneDevice.of(stack);
    distribution = device.distribution("1.0", new byte[] {1, 2});
  }

  @Test
  void whatWasSaidOfAnUpdateIsToldToWhoAsksForIt() {
    var action = device.assign(distribution);
    var update = "/deploymentBase/" + action;
    ask(update).then().statusCode(200).body("actionHistory", nullValue());
    say(action, "proceeding", "none", "writing");
    say(action, "proceeding", "none", "restarting");
    ask(update).then().body("actionHistory", nullValue());
    ask(update + "?actionHistory=1")
        .then()
        .body("actionHistory.status", equalTo("RUNNING"))
        .body("actionHistory.messages", contains("restarting"));
    ask(update + "?actionHistory=-1")
        .then()
        .body("actionHistory.messages", contains("restarting", "writing"));
    say(action, "closed", "success", "it runs");
    ask("/installedBase/" + action + "?actionHistory=2")
        .then()
        .body("actionHistory.status", equalTo("FINISHED"))
        .body("actionHistory.messages", contains("it runs", "restarting"));
  }

  @Test
  void whatItHadBeforeMayBeDeletedAndIsKnownByItsName() {
    var first = device.assign(distribution);
    say(first, "closed", "success", "it runs");
    var second = device.assign(device.distribution("2.0", new byte[] {3}));
    var path = "/api/v1/tenants/" + device.tenant() + "/distributions/" + distribution;
    assertProblem(device.api().delete(path), 409, "distribution-in-use");
    say(second, "closed", "success", "it runs");
    device.api().delete(path).then().statusCode(204);
    assertProblem(device.api().get(path), 404, "not-found");
    ask("/installedBase/" + first).then().statusCode(404);
    ask("/installedBase/" + second).then().statusCode(200);
    device
        .action(first)
        .then()
        .body("state", equalTo("finished"))
        .body("distribution", equalTo(distribution))
        .body("version", equalTo("1.0"));
    device.api().get(device.actions()).then().body("items.version", contains("2.0", "1.0"));
  }

  @Test
  void aModulesArtifactsAreListedForWhoIsToGetThem() {
    String listed = "deployment.chunks[0].artifacts[0]";
    var update = ask("/deploymentBase/" + device.assign(distribution));
    String href = update.path(listed + "._links.download.href");
    var module = href.substring(href.indexOf("/softwaremodules/"), href.lastIndexOf('/'));
    var artifacts = ask(module);
    artifacts
        .then()
        .statusCode(200)
        .body("size()", equalTo(1))
        .body("[0].filename", equalTo("image.swu"))
        .body("[0].size", equalTo(2))
        .body("[0]._links.md5sum.href", endsWith("/image.swu.MD5SUM"));
    assertEquals(update.<Map<String, ?>>path(listed), artifacts.<Map<String, ?>>path("[0]"));
    ask("/softwaremodules/" + UUID.randomUUID() + "/artifacts").then().statusCode(404);
    var other = OneDevice.of(stack);
    other.request().get(other.path() + module).then().statusCode(404);
  }

  @Test
  void whoNeedsNoConfirmationsMayNeedThemAgain() {
    confirmed();
    post("/confirmationBase/activateAutoConfirm", null).then().statusCode(200);
    ask("/confirmationBase")
        .then()
        .body("autoConfirm.active", equalTo(true))
        .body("_links.deactivateAutoConfirm.href", endsWith("/deactivateAutoConfirm"))
        .body("_links.activateAutoConfirm", nullValue());
    assertEquals("open", device.state(device.assign(distribution)));
    post("/confirmationBase/deactivateAutoConfirm", null).then().statusCode(200);
    var action = device.assign(distribution);
    assertEquals("unconfirmed", device.state(action));
    ask("/confirmationBase")
        .then()
        .body("autoConfirm.active", equalTo(false))
        .body("_links.activateAutoConfirm.href", endsWith("/activateAutoConfirm"))
        .body("_links.deactivateAutoConfirm", nullValue())
        .body("_links.confirmationBase.href", endsWith("/confirmationBase/" + action));
  }

  /** It ends nothing: the device, or somebody for it, may agree later. */
  @Test
  void whatAnOperatorDeniesIsNoted() {
    confirmed();
    var action = device.assign(distribution);
    deny(action)
        .then()
        .statusCode(200)
        .body("state", equalTo("unconfirmed"))
        .body("history.execution", contains("[denied]"))
        .body("history[0].messages", contains("by pat-admin"));
    ask("/confirmationBase/" + action + "?actionHistory=1")
        .then()
        .body("actionHistory.status", equalTo("WAIT_FOR_CONFIRMATION"))
        .body("actionHistory.messages", contains("by pat-admin"));
    device
        .api()
        .get("/api/v1/tenants/" + device.tenant() + "/audit?action=firmware-denied")
        .then()
        .body("items.actor", hasItem("pat-admin"));
    device.api().request().post(device.actions() + "/" + action + "/cancel");
    assertProblem(deny(action), 409, "action-finished");
    assertProblem(deny(99), 404, "not-found");
  }

  @Test
  void whatIsSaidInHalIsUnderstood() {
    device
        .request()
        .contentType(HAL)
        .body(bytes("{\"data\":{\"board\":\"lamp\"}}"))
        .put(device.path() + "/configData")
        .then()
        .statusCode(200);
    confirmed();
    var action = device.assign(distribution);
    hal("/confirmationBase/" + action, "{\"confirmation\":\"confirmed\"}").then().statusCode(200);
    hal("/deploymentBase/" + action, said("proceeding", "none", "x")).then().statusCode(200);
    device.api().request().post(device.actions() + "/" + action + "/cancel");
    hal("/cancelAction/" + action, said("rejected", "none", "x")).then().statusCode(200);
    assertEquals("open", device.state(action));
    device
        .request()
        .contentType("text/plain")
        .body(bytes(said("closed", "success", "x")))
        .post(device.path() + "/deploymentBase/" + action + "/feedback")
        .then()
        .statusCode(415);
  }

  @Test
  void allIsToldInHal() {
    confirmed();
    var action = device.assign(distribution);
    assertHal("", "/confirmationBase", "/confirmationBase/" + action, "/manifestKeys");
    device.api().request().post(device.actions() + "/" + action + "/confirm");
    assertHal("/deploymentBase/" + action);
    say(action, "proceeding", "none", "x");
    device.api().request().post(device.actions() + "/" + action + "/cancel");
    assertHal("/cancelAction/" + action);
    say(action, "closed", "success", "x");
    assertHal("/installedBase/" + action);
  }

  private void assertHal(String... resources) {
    for (var resource : resources) {
      for (var type : List.of(HAL, "application/json")) {
        var answer = device.request().accept(type).get(device.path() + resource);
        answer.then().statusCode(200).body("$", notNullValue());
        assertEquals(type, answer.contentType().replaceFirst(";.*", ""), resource);
      }
    }
  }

  private void confirmed() {
    device.settings(Map.of("signatureRequired", false, "confirmationRequired", true));
  }

  private Response ask(String below) {
    return device.request().get(device.path() + below);
  }

  private Response deny(int action) {
    return device.api().request().post(device.actions() + "/" + action + "/deny");
  }

  private void say(int action, String execution, String finished, String detail) {
    post("/deploymentBase/" + action + "/feedback", said(execution, finished, detail))
        .then()
        .statusCode(200);
  }

  private static String said(String execution, String finished, String detail) {
    return "{\"status\":{\"execution\":\"%s\",\"result\":{\"finished\":\"%s\"},\"details\":[\"%s\"]}}"
        .formatted(execution, finished, detail);
  }

  private Response hal(String resource, String body) {
    return device
        .request()
        .contentType(HAL)
        .body(bytes(body))
        .post(device.path() + resource + "/feedback");
  }

  private Response post(String resource, String body) {
    var request = device.request();
    return (body == null ? request : request.contentType("application/json").body(bytes(body)))
        .post(device.path() + resource);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
