package io.muster.command.audit;

import static io.muster.command.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.ServiceTest;
import io.muster.contract.id.DeviceAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The audit over REST. */
@ServiceTest
class AuditIT {
  CommandStack stack;
  private DeviceAddress device;
  private Api admin;

  @BeforeEach
  void sendACommand() {
    device = DeviceAddress.of(Api.freshTenant(), "lamp-1");
    stack.registry().add(device);
    admin = Api.as(stack.person("admin", device.tenant().value()));
  }

  @Test
  void tellsWhoDidWhatTheLatestFirst() {
    var id = admin.sent(device, Map.of("name", "reboot"));
    var operator = Api.as(stack.person("operator", device.tenant().value()));
    operator.cancel(device, id).then().statusCode(200);
    admin
        .get(audit() + "?subject=devices/lamp-1")
        .then()
        .statusCode(200)
        .body("items", hasSize(2))
        .body("items[0].subject", equalTo("devices/lamp-1/commands/" + id))
        .body("items[0].actor", equalTo("pat-operator"))
        .body("items[0].address", equalTo("127.0.0.1"))
        .body("items[1].action", equalTo("command-sent"))
        .body("items[1].actor", equalTo("pat-admin"));
    var first = admin.get(audit() + "?limit=1");
    first.then().body("items", hasSize(1));
    admin
        .get(audit() + "?limit=1&cursor=" + first.<String>path("next"))
        .then()
        .body("items.action", equalTo(List.of("command-sent")));
    admin.get(audit() + "?action=command-sent").then().body("items", hasSize(1));
    for (var wrong : List.of("cursor=x", "from=yesterday", "limit=0", "limit=1001")) {
      assertProblem(admin.get(audit() + "?" + wrong), 400, "malformed-request");
    }
  }

  @Test
  void isForAdministratorsOfTheTenantAndOfThePlatform() {
    admin.sent(device, Map.of("name", "reboot"));
    var tenant = device.tenant().value();
    for (var person :
        List.of(stack.person("operator", tenant), stack.person("admin", Api.freshTenant()))) {
      assertProblem(Api.as(person).get(audit()), 403, "forbidden");
    }
    assertProblem(admin.get("/api/v1/audit"), 403, "forbidden");
    Api.as(stack.person("admin", "*"))
        .get("/api/v1/audit?action=command-sent")
        .then()
        .statusCode(200)
        .body("items.tenant", hasItem(tenant));
  }

  private String audit() {
    return "/api/v1/tenants/" + device.tenant() + "/audit";
  }
}
