package io.muster.registry.bulk;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@RegistryTest
class DeviceImportIT {
  /** As the tests' registry is told. */
  private static final int MOST_ROWS = 100_000;

  Tokens tokens;

  @Test
  void createsChangesAndLeavesAloneWithAnAnswerForEachRow() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin.device(tenant, "old-1");
    admin.device(tenant, "old-2");
    var done =
        Import.ndjson(
            admin,
            tenant,
            "{\"id\":\"new-1\",\"tags\":[\"b\",\"a\"],\"attributes\":{\"floor\":3}}",
            "{\"id\":\"old-1\",\"attributes\":{\"floor\":4}}",
            "{\"id\":\"old-2\"}",
            "",
            "{\"id\":\"new-2\",\"enabled\":false}");
    assertEquals(List.of("created", "updated", "unchanged", "created"), done.results());
    assertEquals(
        List.of(1L, 2L, 3L, 5L),
        done.rows().stream().map(it -> it.get("line").longValue()).toList());
    assertEquals(2, done.rows().get(1).get("version").longValue());
    assertTrue(done.isComplete());
    assertEquals(4, done.count("rows"));
    assertEquals(2, done.count("created"));
    assertEquals(1, done.count("updated"));
    assertEquals(1, done.count("unchanged"));
    admin
        .get(Api.devices(tenant) + "/new-1")
        .then()
        .body("tags", equalTo(List.of("a", "b")))
        .body("attributes.floor", equalTo(3))
        .body("enabled", equalTo(true))
        .body("version", equalTo(1));
    admin.get(Api.devices(tenant) + "/new-2").then().body("enabled", equalTo(false));
    admin.get("/api/v1/tenants/" + tenant).then().body("devices", equalTo(4));
  }

  @Test
  void whatARowDoesNotNameStays() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    Import.ndjson(
        admin, tenant, "{\"id\":\"a\",\"tags\":[\"x\"],\"attributes\":{\"b\":1,\"c\":{\"d\":2}}}");
    Import.ndjson(admin, tenant, "{\"id\":\"a\",\"attributes\":{\"c\":{\"e\":3},\"b\":null}}");
    admin
        .get(Api.devices(tenant) + "/a")
        .then()
        .body("tags", equalTo(List.of("x")))
        .body("attributes", equalTo(Map.of("c", Map.of("d", 2, "e", 3))))
        .body("version", equalTo(2));
  }

  @Test
  void aBadRowIsToldByItsLineAndStopsNoOther() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var done =
        Import.ndjson(
            admin,
            tenant,
            "{\"id\":\"good-1\"}",
            "{\"id\":\"broken",
            "[1]",
            "{\"id\":\"no spaces\"}",
            "{\"id\":\"typed\",\"enabled\":\"yes\"}",
            "{\"id\":\"unknown\",\"enabeld\":true}",
            "{\"id\":\"nowhere\",\"type\":\"none\"}",
            "{\"id\":\"behind\",\"gateway\":\"nobody\"}",
            "{\"id\":\"self\",\"gateway\":\"self\"}",
            "{\"id\":\"tagged\",\"tags\":[\"ok\",\"not ok\"]}",
            "{\"enabled\":true}",
            "{\"id\":\"twice\",\"id\":\"twice\"}",
            "{\"id\":7}",
            "{\"id\":\"provision\"}",
            "{\"id\":\"" + "x".repeat(140_000) + "\"}",
            "{\"id\":\"good-2\"}");
    assertEquals("created", done.results().getFirst());
    assertEquals("created", done.results().getLast());
    assertEquals(2, done.count("created"));
    assertEquals(14, done.count("rejected"));
    assertEquals("/id", done.pointer(3));
    assertEquals("/enabled", done.pointer(4));
    assertEquals("/enabeld", done.pointer(5));
    assertEquals("/type", done.pointer(6));
    assertEquals("/gateway", done.pointer(7));
    assertEquals("/gateway", done.pointer(8));
    assertEquals("/tags/1", done.pointer(9));
    assertEquals("/id", done.pointer(10));
    assertEquals("malformed-request", done.problem(11));
    assertEquals("/id", done.pointer(12));
    assertEquals("/id", done.pointer(13));
    assertEquals(15, done.rows().get(14).get("line").longValue());
    assertEquals("invalid-content", done.problem(6));
    assertTrue(done.isComplete());
    admin.get(Api.devices(tenant)).then().body("items", hasSize(2));
    admin.get("/api/v1/tenants/" + tenant).then().body("devices", equalTo(2));
  }

  @Test
  void aDeviceMayComeTwiceAndAGatewayBeforeWhatIsBehindIt() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var begin = next(Long.MAX_VALUE);
    var done =
        Import.ndjson(
            admin,
            tenant,
            "{\"id\":\"early\",\"gateway\":\"gateway\"}",
            "{\"id\":\"gateway\"}",
            "{\"id\":\"late\",\"gateway\":\"gateway\"}",
            "{\"id\":\"late\",\"enabled\":false}",
            "{\"id\":\"late\",\"enabled\":true}",
            "{\"id\":\"late\",\"enabled\":true}");
    assertEquals(
        List.of("rejected", "created", "created", "updated", "updated", "unchanged"),
        done.results());
    admin
        .get(Api.devices(tenant) + "/late")
        .then()
        .body("gateway", equalTo("gateway"))
        .body("version", equalTo(3));
    var prefix = "platform/registry/device-";
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> topics(begin, tenant).size() == 4);
    assertEquals(
        List.of(
            prefix + "created/" + tenant + "/gateway",
            prefix + "created/" + tenant + "/late",
            prefix + "disabled/" + tenant + "/late",
            prefix + "updated/" + tenant + "/late"),
        topics(begin, tenant));
  }

  @Test
  void beyondTheTenantsLimitRowsAreRejectedAndOthersGoOn() {
    var admin = Api.as(tokens.admin());
    var tenant = Api.freshTenant();
    admin
        .post("/api/v1/tenants", Map.of("id", tenant, "limits", Map.of("devices", 2)))
        .then()
        .statusCode(201);
    var done =
        Import.ndjson(
            admin,
            tenant,
            "{\"id\":\"a\"}",
            "{\"id\":\"b\"}",
            "{\"id\":\"c\"}",
            "{\"id\":\"a\",\"enabled\":false}");
    assertEquals(List.of("created", "created", "rejected", "updated"), done.results());
    assertEquals("limit-reached", done.problem(2));
    admin.get("/api/v1/tenants/" + tenant).then().body("devices", equalTo(2));
    admin.delete(Api.devices(tenant) + "/a").then().statusCode(204);
    assertEquals(List.of("created"), Import.ndjson(admin, tenant, "{\"id\":\"c\"}").results());
  }

  @Test
  void readsCsvWithAttributesTagsAndEmptyCells() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    admin
        .post("/api/v1/tenants/" + tenant + "/device-types", Map.of("id", "thermometer"))
        .then()
        .statusCode(201);
    var done =
        Import.csv(
            admin,
            tenant,
            "id,type,tags,enabled,attributes.floor,attributes.site.city,attributes.note",
            "room-1,thermometer,lab north,true,3,Ulm,\"a \"\"quoted\"\", long",
            "note\"",
            "room-2,,,false,,,",
            "room-3,thermometer",
            "room-4,,,maybe,,,",
            "room-1,,,,4,,");
    assertEquals(List.of("created", "created", "rejected", "rejected", "updated"), done.results());
    assertEquals(2, done.rows().getFirst().get("line").longValue());
    assertEquals(4, done.rows().get(1).get("line").longValue());
    assertEquals("/enabled", done.pointer(3));
    admin
        .get(Api.devices(tenant) + "/room-1")
        .then()
        .body("type", equalTo("thermometer"))
        .body("tags", equalTo(List.of("lab", "north")))
        .body("attributes.floor", equalTo(4))
        .body("attributes.site.city", equalTo("Ulm"))
        .body("attributes.note", equalTo("a \"quoted\", long\r\nnote"));
    admin.get(Api.devices(tenant) + "/room-2").then().body("attributes", equalTo(Map.of()));
  }

  @Test
  void aRequestThatCannotBeReadAtAllHasAStatusOfItsOwn() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    assertProblem(
        Import.send(admin, tenant, Import.CSV, "name,type\r\n", null), 400, "malformed-request");
    assertProblem(
        Import.send(admin, tenant, Import.CSV, "id,colour\r\n", null), 400, "malformed-request");
    assertProblem(Import.send(admin, tenant, Import.CSV, "", null), 400, "malformed-request");
    assertProblem(
        Import.send(admin, tenant, "application/json", "{}", null), 415, "unsupported-media-type");
    assertProblem(
        Import.send(admin, Api.freshTenant(), Import.NDJSON, "{\"id\":\"a\"}", null),
        404,
        "not-found");
    assertProblem(
        admin
            .request()
            .contentType(Import.NDJSON)
            .body(new byte[0])
            .post(Import.path(tenant) + "?report=x"),
        400,
        "malformed-request");
    assertEquals(0, Import.ndjson(admin, tenant, "").count("rows"));
  }

  @Test
  void theSameKeyAnswersTheSameAndAnotherBodyIsRefused() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var body = "{\"id\":\"a\"}\n{\"id\":\"b\",\"type\":\"none\"}\n";
    var first = Import.send(admin, tenant, Import.NDJSON, body, "key-1").asString();
    var second = Import.send(admin, tenant, Import.NDJSON, body, "key-1").asString();
    assertEquals(first, second);
    assertTrue(second.contains("created"), second);
    assertFalse(
        Import.send(admin, tenant, Import.NDJSON, body, null).asString().contains("created\",\""));
    assertProblem(
        Import.send(admin, tenant, Import.NDJSON, "{\"id\":\"c\"}\n", "key-1"),
        422,
        "invalid-content");
    var other = admin.tenant();
    assertEquals(
        1,
        Import.of(Import.send(admin, other, Import.NDJSON, "{\"id\":\"c\"}\n", "key-1"))
            .count("created"));
  }

  @Test
  void manyRowsPassTheLimitOfOtherRequestsAndOnlyRejectedOnesAreTold() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var body =
        IntStream.range(0, 5_000)
            .mapToObj(
                i -> i == 2_500 ? "{}" : "{\"id\":\"d" + i + "\",\"attributes\":{\"n\":" + i + "}}")
            .collect(Collectors.joining("\n"));
    var answer =
        Import.of(
            admin
                .request()
                .contentType(Import.NDJSON)
                .body((body + "\n" + " ".repeat(400_000)).getBytes(StandardCharsets.UTF_8))
                .post(Import.path(tenant) + "?report=rejected"));
    assertEquals(4_999, answer.count("created"));
    assertEquals(2, answer.rows().size());
    assertEquals(2_501, answer.rows().getFirst().get("line").longValue());
    admin.get("/api/v1/tenants/" + tenant).then().body("devices", equalTo(4_999));
  }

  @Test
  void afterTheMostRowsAnImportEndsAndSaysWhy() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var answer =
        Import.of(
            Import.send(
                admin,
                tenant,
                Import.NDJSON,
                "{}\n".repeat(MOST_ROWS - 1) + "{\"id\":\"a\"}\n{\"id\":\"b\"}\n",
                null));
    assertEquals(MOST_ROWS, answer.rows().size());
    assertEquals(1, answer.count("created"));
    assertFalse(answer.isComplete());
    assertEquals(
        "The limit of 100000 rows is reached.", answer.summary().get("reason").textValue());
    assertEquals(404, admin.get(Api.devices(tenant) + "/b").statusCode());
  }

  @Test
  void eachChangeIsAuditedAndTold() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    Import.ndjson(
        admin, tenant, "{\"id\":\"a\"}", "{\"id\":\"a\",\"enabled\":false}", "{\"id\":\"a\"}");
    admin
        .get("/api/v1/tenants/" + tenant + "/audit?subject=devices/a")
        .then()
        .body("items.action", equalTo(List.of("device-updated", "device-created")))
        .body("items[0].actor", equalTo("ada"));
  }

  private long next(long after) {
    var page = Api.as(tokens.service()).get("/internal/v1/events?limit=1&after=" + after);
    return page.<Number>path("next").longValue();
  }

  /** The topic names of a tenant's events, from a position on. */
  private List<String> topics(long begin, String tenant) {
    var topics = new ArrayList<String>();
    for (var after = begin; ; ) {
      var page = Api.as(tokens.service()).get("/internal/v1/events?limit=1000&after=" + after);
      List<String> found = page.path("items.topic");
      found.stream().filter(it -> it.contains("/" + tenant + "/")).forEach(topics::add);
      if (found.isEmpty()) {
        return topics;
      }
      after = page.<Number>path("next").longValue();
    }
  }
}
