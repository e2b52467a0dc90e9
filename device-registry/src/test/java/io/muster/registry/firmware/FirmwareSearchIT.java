package io.muster.registry.firmware;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static io.muster.registry.firmware.InstalledFixture.application;
import static io.muster.registry.firmware.InstalledFixture.firmware;
import static io.muster.registry.firmware.InstalledFixture.installed;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices by what firmware-service says that they have installed. */
@RegistryTest
class FirmwareSearchIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Inject InstalledInbox inbox;
  @Inject Pool pool;
  Tokens tokens;
  private String tenant;
  private Api operator;

  @BeforeEach
  void makeDevices() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    for (var id : List.of("a", "b", "c", "d")) {
      operator.device(tenant, id);
    }
    var now = Instant.now().plusSeconds(1);
    apply(
        installed(device("a"), now, firmware("os", "1.9.0"), application("dosing.v2", "7")),
        installed(device("b"), now, firmware("os", "1.10.0-rc1")),
        installed(device("c"), now, firmware("os", "snapshot"), firmware("radio", "1.9.0")));
  }

  private DeviceAddress device(String id) {
    return DeviceAddress.of(tenant, id);
  }

  private void apply(OutboxEvent... events) {
    pool.withTransaction(transaction -> inbox.apply(transaction, List.of(events)))
        .await()
        .atMost(PATIENCE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "firmware==1.9.0                | a c",
        "firmware==1.9.*                | a c",
        "firmware!=1.9.0                | b d",
        "firmware=in=(1.9.0,1.10.0-rc1) | a b c",
        "firmware=out=(1.9.0,snapshot)  | b d",
        "firmware=ex=true               | a b c",
        "firmware=ex=false              | d",
        "firmware==7                    | ",
        "firmware.os==1.9.0             | a",
        "firmware.os!=1.9.0             | b c d",
        "firmware.os==1.*               | a b",
        "firmware.os=ex=false           | d",
        "firmware.os=lt=1.10            | a",
        "firmware.os=ge=1.9             | a b",
        "firmware.os=gt=1.9.0           | b",
        "firmware.os=le=1.9.0           | a",
        "firmware.radio=ge=0            | c",
        "firmware.dosing.v2==7          | a",
        "firmware.nosuch==1             | ",
        "firmware.os=lt=2;id!=a         | b"
      })
  void devicesAreFoundByWhatTheyHave(String filter, String expected) {
    var ids = expected == null ? List.of() : List.of(expected.split(" "));
    assertEquals(ids, found(filter), filter);
  }

  @Test
  void theLastWordCounts() {
    var later = Instant.now().plusSeconds(2);
    apply(
        installed(device("a"), later, firmware("os", "2.0")),
        installed(device("b"), later, firmware("os", "2.0")),
        installed(device("a"), later, firmware("os", "2.1")));
    assertEquals(List.of("a"), found("firmware==2.1"));
    assertEquals(List.of("b"), found("firmware==2.0"));
    assertEquals(List.of(), found("firmware.dosing.v2=ex=true"));
  }

  @Test
  void aDeviceThatThereIsNotChangesNothing() {
    var now = Instant.now().plusSeconds(1);
    apply(
        installed(device("nobody"), now, firmware("os", "3")),
        installed(DeviceAddress.of(Api.freshTenant(), "a"), now, firmware("os", "3")),
        installed(device("d"), now, firmware("os", "3")));
    assertEquals(List.of("d"), found("firmware==3"));
  }

  @Test
  void whatADeletedDeviceHadIsNotItsSuccessors() {
    operator.delete(Api.devices(tenant) + "/a").then().statusCode(204);
    var before = Instant.now().minusSeconds(60);
    operator.device(tenant, "a");
    assertEquals(List.of("c"), found("firmware==1.9.0"));
    // The follower was behind: this is of the device that was there before.
    apply(installed(device("a"), before, firmware("os", "1.9.0")));
    assertEquals(List.of("c"), found("firmware==1.9.0"));
  }

  @Test
  void oneTenantsVersionsDoNotFindAnothersDevices() {
    var other = Api.as(tokens.admin()).tenant();
    Api.as(tokens.admin()).device(other, "a");
    var stranger = Api.as(tokens.person("viewer", other));
    assertEquals(
        List.of(),
        stranger
            .get(Api.devices(other) + "?filter=" + encoded("firmware=ex=true"))
            .<List<?>>path("items"));
    assertProblem(stranger.get(path("firmware==1.9.0")), 403, "forbidden");
  }

  @Test
  void aGroupMayHaveThemInItsFilter() {
    var groups = "/api/v1/tenants/" + tenant + "/groups";
    operator
        .post(groups, Map.of("id", "old", "filter", "firmware.os=lt=1.10"))
        .then()
        .statusCode(201);
    assertEquals(List.of("a"), operator.get(groups + "/old/devices").path("items.id"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "firmware=lt=1.9    | has no order",
        "firmware.os=lt=v1  | version",
        "firmware.==1       | unknown"
      })
  void saysWhatIsWrongWithAQuestion(String filter, String why) {
    assertProblem(operator.get(path(filter.strip())), 400, "malformed-request")
        .body("errors[0].detail", containsString(why));
  }

  private List<String> found(String filter) {
    var answer = operator.get(path(filter.strip()));
    answer.then().statusCode(200);
    return answer.path("items.id");
  }

  private String path(String filter) {
    return Api.devices(tenant) + "?filter=" + encoded(filter);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
