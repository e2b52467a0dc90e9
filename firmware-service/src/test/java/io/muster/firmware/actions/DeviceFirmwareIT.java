package io.muster.firmware.actions;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.firmware.Api;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.muster.firmware.ServiceTest;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a device stands with its firmware, and what it and people say of it. */
@ServiceTest
class DeviceFirmwareIT {
  FirmwareStack stack;
  private OneDevice device;
  private String distribution;

  @BeforeEach
  void makeADevice() {
    device = OneDevice.of(stack);
    distribution = device.distribution("1.0", new byte[] {1});
  }

  @Test
  void whatADeviceSaysOfItselfIsAskedForOnceAndRead() {
    ask("").then().body("_links.configData.href", notNullValue());
    put("{\"mode\":\"merge\",\"data\":{\"board\":\"lamp\",\"rev\":3},\"id\":\"\"}")
        .then()
        .statusCode(200);
    put("{\"data\":{\"rev\":\"4\"}}").then().statusCode(200);
    ask("").then().body("_links.configData", nullValue());
    var state = firmware();
    state.then().statusCode(200).body("polledAt", notNullValue()).body("installed", empty());
    assertEquals(Map.of("board", "lamp", "rev", "4"), state.path("attributes"));
    put("{\"mode\":\"remove\",\"data\":{\"board\":\"\"}}").then().statusCode(200);
    assertEquals(Map.of("rev", "4"), firmware().path("attributes"));
    put("{\"mode\":\"replace\",\"data\":{\"a\":\"b\"}}").then().statusCode(200);
    assertEquals(Map.of("a", "b"), firmware().path("attributes"));
  }

  @Test
  void whatItIsToGetAndWhatItHasAreTold() {
    var action = device.assign(distribution);
    firmware().then().body("current.id", equalTo(action)).body("current.state", equalTo("open"));
    say("deploymentBase/" + action, "closed", "success").then().statusCode(200);
    firmware()
        .then()
        .body("current", nullValue())
        .body("installed[0].name", equalTo("base"))
        .body("installed[0].version", equalTo("1.0"));
    ask("/installedBase/" + action)
        .then()
        .statusCode(200)
        .body("deployment.chunks[0].version", equalTo("1.0"))
        .body("_links", nullValue());
  }

  @Test
  void theTenantsConfirmationIsTheDevicesOrSomebodyElsesInItsPlace() {
    device.settings(Map.of("signatureRequired", false, "confirmationRequired", true));
    var first = device.assign(distribution);
    ask("").then().body("_links.confirmationBase.href", notNullValue());
    ask("/deploymentBase/" + first).then().statusCode(404);
    ask("/confirmationBase").then().body("autoConfirm.active", equalTo(false));
    ask("/confirmationBase/" + first)
        .then()
        .statusCode(200)
        .body("confirmation.chunks[0].name", equalTo("base"));
    confirm(first, "denied").then().statusCode(200);
    assertEquals("unconfirmed", device.state(first));
    device
        .api()
        .request()
        .post(device.actions() + "/" + first + "/confirm")
        .then()
        .statusCode(200)
        .body("state", equalTo("open"))
        .body("history.execution", hasItem("[confirmed]"))
        .body("history.execution", hasItem("[denied]"));
    confirm(first, "confirmed").then().statusCode(200);
    device.request().post(device.path() + "/confirmationBase/activateAutoConfirm");
    ask("/confirmationBase").then().body("autoConfirm.active", equalTo(true));
    assertEquals("open", device.state(device.assign(distribution)));
    confirm(first, "confirmed").then().statusCode(410);
    assertProblem(
        device.api().request().post(device.actions() + "/" + first + "/confirm"),
        409,
        "action-finished");
  }

  @Test
  void aCancellationIsAskedForAndDeclined() {
    var action = device.assign(distribution);
    ask("/deploymentBase/" + action).then().statusCode(200);
    device.api().request().post(device.actions() + "/" + action + "/cancel").then().statusCode(200);
    String link = ask("").path("_links.cancelAction.href");
    var number = link.substring(link.lastIndexOf('/') + 1);
    ask("/cancelAction/" + number).then().body("cancelAction.stopId", equalTo("" + action));
    say("cancelAction/" + number, "rejected", "none").then().statusCode(200);
    ask("").then().body("_links.deploymentBase.href", notNullValue());
    device.api().request().post(device.actions() + "/" + action + "/cancel").then().statusCode(200);
    say("cancelAction/" + action, "closed", "success").then().statusCode(200);
    assertEquals("cancelled", device.state(action));
    say("deploymentBase/" + action, "proceeding", "none").then().statusCode(410);
  }

  @Test
  void anActionThatItsDeviceDoesNotLeaveIsEndedByForce() {
    var stuck = device.assign(distribution);
    ask("/deploymentBase/" + stuck).then().statusCode(200);
    var next = device.assign(device.distribution("2.0", new byte[] {2}));
    ask("").then().body("_links.cancelAction.href", notNullValue());
    var cancel = device.actions() + "/" + stuck + "/cancel";
    device.api().request().post(cancel).then().body("state", equalTo("cancelling"));
    device
        .api()
        .request()
        .post(cancel + "?force=true")
        .then()
        .statusCode(200)
        .body("state", equalTo("cancelled"))
        .body("history[0].execution", equalTo("[force-cancelled]"));
    var link = ask("").<String>path("_links.deploymentBase.href");
    assertEquals(Integer.toString(next), link.substring(link.lastIndexOf('/') + 1));
    say("deploymentBase/" + stuck, "closed", "success").then().statusCode(410);
    assertProblem(device.api().request().post(cancel + "?force=true"), 409, "action-finished");
    device
        .api()
        .get(Api.of(device.tenant()) + "/audit?action=firmware-force-cancelled")
        .then()
        .body("items.subject", hasItem("devices/lamp-1/firmware-actions/" + stuck));
  }

  @Test
  void bothMediaTypesAreServedAndWhatHasNotChangedIsNotSent() {
    for (var type : new String[] {"application/json", "application/hal+json"}) {
      // RAUC's updater adds a character set.
      for (var accept : new String[] {type, type + ";charset=UTF-8"}) {
        var answer = device.request().accept(accept).get(device.path());
        answer.then().statusCode(200);
        assertEquals(type, answer.contentType().replaceFirst(";.*", ""));
      }
    }
    var tag = ask("").header("ETag");
    device.request().header("If-None-Match", tag).get(device.path()).then().statusCode(304);
    device.assign(distribution);
    device.request().header("If-None-Match", tag).get(device.path()).then().statusCode(200);
  }

  @Test
  void aPollingTimeOfTheTenantsOwnIsTold() {
    device.settings(Map.of("signatureRequired", false, "pollingSeconds", 3_661));
    ask("").then().body("config.polling.sleep", equalTo("01:01:01"));
  }

  @Test
  void othersDoNotSeeIt() {
    var stranger = Api.as(stack.person("admin", Api.freshTenant()));
    assertProblem(stranger.get(path()), 403, "forbidden");
    var viewer = Api.as(stack.person("viewer", device.tenant()));
    viewer.get(path()).then().statusCode(200);
    var action = device.assign(distribution);
    assertProblem(
        viewer.request().post(device.actions() + "/" + action + "/confirm"), 403, "forbidden");
    assertProblem(
        device.api().get(Api.of(device.tenant()) + "/devices/nobody/firmware"), 404, "not-found");
  }

  private String path() {
    return Api.of(device.tenant()) + "/devices/" + device.address().device() + "/firmware";
  }

  private Response firmware() {
    return device.api().get(path());
  }

  private Response ask(String below) {
    return device.request().get(device.path() + below);
  }

  private Response put(String body) {
    return device
        .request()
        .contentType("application/json")
        .body(body.getBytes(StandardCharsets.UTF_8))
        .put(device.path() + "/configData");
  }

  private Response confirm(int action, String answer) {
    return post("confirmationBase/" + action, "{\"confirmation\":\"" + answer + "\"}");
  }

  private Response say(String resource, String execution, String finished) {
    return post(
        resource,
        "{\"status\":{\"execution\":\"%s\",\"result\":{\"finished\":\"%s\"}}}"
            .formatted(execution, finished));
  }

  private Response post(String resource, String body) {
    return device
        .request()
        .contentType("application/json")
        .body(body.getBytes(StandardCharsets.UTF_8))
        .post(device.path() + "/" + resource + "/feedback");
  }
}
