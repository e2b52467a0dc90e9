package io.muster.registry.devices;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@RegistryTest
class DeviceSearchIT {
  @Inject Pool pool;
  Tokens tokens;
  private String tenant;
  private Api operator;
  private String devices;

  @BeforeEach
  void makeDevices() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    devices = Api.devices(tenant);
    var types = "/api/v1/tenants/" + tenant + "/device-types";
    operator.post(types, Map.of("id", "thermometer")).then().statusCode(201);
    make(Map.of("id", "gw-1", "tags", List.of("roof")));
    make(
        Map.of(
            "id", "room-1",
            "type", "thermometer",
            "gateway", "gw-1",
            "tags", List.of("lab", "north"),
            "attributes", Map.of("floor", 3, "site", Map.of("city", "Ulm"), "spare", true)));
    make(
        Map.of(
            "id",
            "room-2",
            "type",
            "thermometer",
            "tags",
            List.of("lab"),
            "enabled",
            false,
            "attributes",
            Map.of("floor", "3", "site", Map.of("city", "Aalen"))));
    make(Map.of("id", "room_3", "attributes", Map.of("floor", 12.5, "site", Map.of("city", "U*"))));
  }

  private void make(Map<String, Object> device) {
    operator.post(devices, device).then().statusCode(201);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "type==thermometer                     | room-1 room-2",
        "type!=thermometer                     | gw-1 room_3",
        "type=ex=false                         | gw-1 room_3",
        "id==room-*                            | room-1 room-2",
        "id==room_*                            | room_3",
        "id=in=(gw-1,room_3,nosuch)            | gw-1 room_3",
        "id=out=(gw-1,room_3)                  | room-1 room-2",
        "id>room-1                             | room-2 room_3",
        "gateway==gw-1                         | room-1",
        "tag==lab                              | room-1 room-2",
        "tag==lab;tag==north                   | room-1",
        "tag==l*                               | room-1 room-2",
        "tag!=lab                              | gw-1 room_3",
        "tag=in=(north,roof)                   | gw-1 room-1",
        "tag=ex=false                          | room_3",
        "enabled==false                        | room-2",
        "enabled!=false                        | gw-1 room-1 room_3",
        "attributes.floor==3                   | room-1 room-2",
        "attributes.floor=gt=3                 | room_3",
        "attributes.floor=ge=3                 | room-1 room_3",
        "attributes.floor!=3                   | gw-1 room_3",
        "attributes.floor=in=(3,12.5)          | room-1 room-2 room_3",
        "attributes.spare==true                | room-1",
        "attributes.site.city==Ulm             | room-1",
        "attributes.site.city==U*              | room-1 room_3",
        "attributes.site.city=='U\\\\*'        | room_3",
        "attributes.site.city=lt=B             | room-2",
        "attributes.site=ex=true               | room-1 room-2 room_3",
        "attributes.nosuch==1                  | ",
        "attributes.floor=gt=1e300             | ",
        "createdAt=gt=2020-01-01T00:00:00Z     | gw-1 room-1 room-2 room_3",
        "createdAt=gt=2020-01-01T00:00:00Z;updatedAt=lt=2020-01-01T00:00:00Z | ",
        "(id==gw-1,tag==north);enabled==true   | gw-1 room-1"
      })
  void findsWhatFits(String filter, String expected) {
    var ids = expected == null ? List.of() : List.of(expected.split(" "));
    assertEquals(ids, found("?filter=" + encoded(filter)), filter);
  }

  @Test
  void givesPagesInTheOrderAskedFor() {
    assertEquals(List.of("gw-1", "room-1", "room-2", "room_3"), pages("?limit=1"));
    assertEquals(List.of("room_3", "room-2", "room-1", "gw-1"), pages("?limit=3&sort=id:desc"));
    operator.patch(devices + "/room-1", Map.of("enabled", false)).then().statusCode(200);
    assertEquals(
        List.of("room-1", "room_3", "room-2", "gw-1"), pages("?limit=2&sort=updatedAt:desc"));
    assertEquals(
        List.of("room-1", "room-2"),
        pages("?limit=1&sort=createdAt&filter=" + encoded("tag==lab")));
  }

  @Test
  void givesPagesByTypeWithThoseOfNoneAfterAllTypes() {
    for (var limit : List.of(1, 2, 100)) {
      assertEquals(List.of("room-1", "room-2", "gw-1", "room_3"), sorted(limit, "type"));
      assertEquals(List.of("room_3", "gw-1", "room-2", "room-1"), sorted(limit, "type:desc"));
    }
    operator.patch(devices + "/gw-1", Map.of("type", "thermometer")).then().statusCode(200);
    assertEquals(List.of("gw-1", "room-1", "room-2", "room_3"), sorted(1, "type"));
    operator.patch(devices + "/room-1", Collections.singletonMap("type", null));
    assertEquals(List.of("gw-1", "room-2", "room-1", "room_3"), sorted(1, "type"));
  }

  @Test
  void givesPagesByWhenTheyWereHeardWithThoseThatNeverWereAtTheEnd() {
    heard("room-2", "2026-11-25T08:00:00Z");
    heard("gw-1", "2026-11-20T23:59:59.999999Z");
    heard("room-1", "2026-11-25T08:00:00Z");
    for (var limit : List.of(1, 2, 3, 100)) {
      assertEquals(
          List.of("gw-1", "room-1", "room-2", "room_3"),
          sorted(limit, "lastSeen"),
          "limit " + limit);
      assertEquals(
          List.of("room-2", "room-1", "gw-1", "room_3"),
          sorted(limit, "lastSeen:desc"),
          "limit " + limit);
    }
  }

  private List<String> sorted(int limit, String sort) {
    return pages("?limit=%d&sort=%s".formatted(limit, sort));
  }

  private void heard(String device, String at) {
    pool.query(
            """
            INSERT INTO presence (device_key, status, since, last_seen)
            SELECT d.key, 'offline', '%3$s'::timestamptz, '%3$s'::timestamptz FROM device d
              JOIN tenant t ON t.key = d.tenant_key AND t.id = '%1$s' WHERE d.id = '%2$s'\
            """
                .formatted(tenant, device, at))
        .execute()
        .await()
        .atMost(Duration.ofSeconds(60));
  }

  @Test
  void saysWhatIsWrongWithAQuestion() {
    assertProblem(operator.get(devices + "?filter=" + encoded("id=")), 400, "malformed-request")
        .body("errors[0].parameter", equalTo("filter"))
        .body("errors[0].detail", containsString("RSQL"));
    assertProblem(operator.get(devices + "?sort=size"), 400, "malformed-request")
        .body("errors[0].parameter", equalTo("sort"));
  }

  @Test
  void anotherTenantsDevicesAreNotFound() {
    var other = Api.as(tokens.admin()).tenant();
    var stranger = Api.as(tokens.person("viewer", other));
    assertEquals(
        List.of(), stranger.get(Api.devices(other) + "?filter=id==*").<List<?>>path("items"));
    assertProblem(stranger.get(devices + "?filter=id==*"), 403, "forbidden");
  }

  private List<String> pages(String query) {
    List<String> ids = new ArrayList<>();
    String next = null;
    do {
      var page = operator.get(devices + query + (next == null ? "" : "&cursor=" + next));
      page.then().statusCode(200);
      ids.addAll(page.path("items.id"));
      next = page.path("next");
    } while (next != null);
    return ids;
  }

  private List<String> found(String query) {
    var answer = operator.get(devices + query);
    answer.then().statusCode(200);
    return answer.path("items.id");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text.strip(), StandardCharsets.UTF_8);
  }
}
