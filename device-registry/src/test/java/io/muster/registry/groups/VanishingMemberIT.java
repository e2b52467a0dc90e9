package io.muster.registry.groups;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;

import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Rows;
import io.muster.registry.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A device is deleted while it joins a group. */
@RegistryTest
class VanishingMemberIT {
  Tokens tokens;
  LocalPostgres postgres;

  @Test
  void isToldAsOneThatIsNotThere() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "here");
    admin.device(tenant, "gone");
    var groups = "/api/v1/tenants/" + tenant + "/groups";
    admin.post(groups, Map.of("id", "lab")).then().statusCode(201);
    var body = Map.of("add", List.of("here", "gone"));
    try (var client = Executors.newSingleThreadExecutor();
        var deleting = postgres.connectAsSuperuser();
        var statement = deleting.createStatement()) {
      deleting.setAutoCommit(false);
      statement.execute(
          "DELETE FROM registry.device WHERE id = 'gone' AND tenant_key ="
              + " (SELECT key FROM registry.tenant WHERE id = '"
              + tenant
              + "')");
      var answer = client.submit(() -> admin.post(groups + "/lab/members", body));
      Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::somebodyWaits);
      deleting.commit();
      assertProblem(answer.get(), 422, "invalid-content")
          .body("errors.pointer", contains("/add/1"));
    }
  }

  private boolean somebodyWaits() {
    return Rows.count(
            postgres,
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                + " AND query LIKE '%device%'")
        > 0;
  }
}
