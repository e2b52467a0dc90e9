package io.muster.registry.devices;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.event.ContractJson;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.registry.DeviceView;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@RegistryTest
class MirrorIT {
  Tokens tokens;
  LocalPostgres postgres;

  @Test
  void anotherServiceReadsADevice() throws IOException {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "gateway");
    admin.post(Api.devices(tenant), Map.of("id", "one", "gateway", "gateway"));
    var path = internal(tenant) + "/one";
    var service = Api.as(tokens.service());
    assertEquals(
        new DeviceView(DeviceAddress.of(tenant, "one"), true, new DeviceId("gateway"), 1),
        ContractJson.mapper().readValue(service.get(path).asString(), DeviceView.class));
    admin.patch("/api/v1/tenants/" + tenant, Map.of("suspended", true));
    service.get(path).then().statusCode(200).body("enabled", equalTo(false));
    assertProblem(service.get(internal(tenant) + "/two"), 404, "not-found");
    assertProblem(service.get(internal(Api.freshTenant()) + "/one"), 404, "not-found");
  }

  @Test
  void aTenantsDevicesAreStreamedOverSeveralPages() throws SQLException {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    insert(tenant, 2_500);
    var answer = Api.as(tokens.service()).get(internal(tenant));
    answer.then().statusCode(200).header("Content-Type", containsString("application/x-ndjson"));
    var devices = answer.asString().lines().map(MirrorIT::view).toList();
    assertEquals(2_500, devices.size());
    assertEquals(
        devices.stream().map(it -> it.device().device().value()).distinct().sorted().toList(),
        devices.stream().map(it -> it.device().device().value()).toList());
  }

  @Test
  void targetsAreStreamedByFilterAndByGroup() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    for (int n = 1; n <= 4; n++) {
      var body = Map.of("id", "d" + n, "attributes", Map.of("hall", n % 2));
      admin.post(Api.devices(tenant), body);
    }
    var groups = "/api/v1/tenants/" + tenant + "/groups";
    var odd = Map.of("id", "odd", "filter", "attributes.hall==1");
    admin.post(groups, odd).then().statusCode(201);
    assertEquals(List.of("d2", "d4"), targets(tenant, "attributes.hall==0"));
    assertEquals(List.of("d1", "d3"), targets(tenant, "group==odd"));
    assertEquals(List.of("d3"), targets(tenant, "group==odd;id!=d1,id==nobody"));
    var service = Api.as(tokens.service());
    assertProblem(service.get(internal(tenant) + "?filter=nonsense==1"), 400, "malformed-request");
    assertProblem(
        service.get(internal(admin.tenant()) + "?filter=group==odd"), 400, "malformed-request");
  }

  private List<String> targets(String tenant, String filter) {
    return Api.as(tokens.service())
        .get(internal(tenant) + "?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8))
        .asString()
        .lines()
        .map(line -> view(line).device().device().value())
        .toList();
  }

  @Test
  void aStreamThatIsEmptyIsNotOneThatIsNotThere() {
    var tenant = Api.as(tokens.admin()).tenant();
    var service = Api.as(tokens.service());
    assertEquals("", service.get(internal(tenant)).then().statusCode(200).extract().asString());
    assertProblem(service.get(internal(Api.freshTenant())), 404, "not-found");
  }

  private void insert(String tenant, int count) throws SQLException {
    try (var connection = postgres.connectAsSuperuser();
        var statement =
            connection.prepareStatement(
                """
                INSERT INTO registry.device
                  (tenant_key, id, version, enabled, attributes, created_at, updated_at)
                SELECT t.key, 'd' || n, 1, true, '{}', now(), now()
                  FROM registry.tenant t, generate_series(1, ?) n WHERE t.id = ?\
                """)) {
      statement.setInt(1, count);
      statement.setString(2, tenant);
      assertEquals(count, statement.executeUpdate());
    }
  }

  private static DeviceView view(String line) {
    try {
      return ContractJson.mapper().readValue(line, DeviceView.class);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  private static String internal(String tenant) {
    return "/internal/v1/tenants/" + tenant + "/devices";
  }
}
