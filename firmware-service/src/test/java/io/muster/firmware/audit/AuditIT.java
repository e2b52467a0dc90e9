package io.muster.firmware.audit;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.firmware.Api;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.muster.firmware.ServiceTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The audit over REST. */
@ServiceTest
class AuditIT {
  FirmwareStack stack;

  @Test
  void tellsWhoChangedWhatTheLatestFirst() {
    var device = OneDevice.of(stack);
    String id =
        device
            .api()
            .post(Api.of(device.tenant()) + "/devices/lamp-1/target-tokens", Map.of())
            .path("id");
    device
        .api()
        .get(audit(device.tenant()) + "?subject=devices/lamp-1")
        .then()
        .statusCode(200)
        .body("items", hasSize(2))
        .body("items[0].action", equalTo("target-token-created"))
        .body("items[0].actor", equalTo("pat-admin"))
        .body("items[0].address", equalTo("127.0.0.1"))
        .body("items[0].tenant", equalTo(device.tenant()))
        .body("items[0].at", notNullValue())
        .body("items[0].subject", equalTo("devices/lamp-1/target-tokens/" + id));
    device.api().get(audit(device.tenant())).then().body("items", hasSize(3));
  }

  @Test
  void isPagedAndNarrowedDown() {
    var device = OneDevice.of(stack);
    var first = device.api().get(audit(device.tenant()) + "?limit=1");
    first.then().body("items.action", equalTo(List.of("target-token-created")));
    var rest =
        device.api().get(audit(device.tenant()) + "?limit=1&cursor=" + first.<String>path("next"));
    rest.then().body("items", hasSize(1));
    assertFalse(rest.asString().contains("\"next\""));
    device
        .api()
        .get(audit(device.tenant()) + "?action=target-token-created&actor=pat-admin")
        .then()
        .body("items", hasSize(1));
    for (var wrong : List.of("cursor=x", "from=yesterday", "limit=0", "limit=1001")) {
      assertProblem(
          device.api().get(audit(device.tenant()) + "?" + wrong), 400, "malformed-request");
    }
  }

  @Test
  void isForAdministratorsOfTheTenantAndOfThePlatform() {
    var device = OneDevice.of(stack);
    var tenant = device.tenant();
    for (var person :
        List.of(stack.person("operator", tenant), stack.person("admin", Api.freshTenant()))) {
      assertProblem(Api.as(person).get(audit(tenant)), 403, "forbidden");
    }
    assertProblem(Api.as(null).get(audit(tenant)), 401, "not-authenticated");
    assertProblem(device.api().get("/api/v1/audit"), 403, "forbidden");
    Api.as(stack.person("admin", "*"))
        .get("/api/v1/audit?subject=devices/lamp-1&limit=1000")
        .then()
        .statusCode(200)
        .body("items.tenant", hasItem(tenant));
  }

  private static String audit(String tenant) {
    return Api.of(tenant) + "/audit";
  }
}
