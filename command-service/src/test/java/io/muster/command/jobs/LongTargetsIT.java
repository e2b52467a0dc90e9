package io.muster.command.jobs;

import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.ServiceTest;
import io.restassured.http.ContentType;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A job for as many listed devices as there may be, whose ids are as long as they may be. */
@ServiceTest
class LongTargetsIT {
  private static final int MOST = 10_000;

  CommandStack stack;

  @Test
  void isTaken() {
    var tenant = Api.freshTenant();
    var api = Api.as(stack.person("operator", tenant));
    var devices =
        IntStream.range(0, MOST).mapToObj(i -> "%04d".formatted(i) + "x".repeat(76)).toList();
    var jobs = "/api/v1/tenants/" + tenant + "/jobs";
    var made =
        api.request()
            .contentType(ContentType.JSON)
            .body(
                Map.of("command", Map.of("name", "reboot"), "targets", Map.of("devices", devices)))
            .post(jobs);
    made.then().statusCode(201).body("targets.devices", hasSize(MOST));
    // Nobody waits for all of them to be looked for, which may have happened by now all the same.
    var job = jobs + "/" + made.<String>path("id");
    var called =
        api.request().contentType(ContentType.JSON).body("{}").post(job + "/cancel").statusCode();
    assertEquals(called == 409 ? "completed" : "cancelled", api.get(job).<String>path("state"));
  }
}
