package io.muster.registry.bulk;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@RegistryTest
class DeviceExportIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  Tokens tokens;

  @Test
  void whatIsExportedCanBeImportedAndIsTheSame() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = fleet(admin);
    for (var type : List.of(Import.NDJSON, Import.CSV)) {
      var copy = admin.tenant();
      admin
          .post("/api/v1/tenants/" + copy + "/device-types", Map.of("id", "thermometer"))
          .then()
          .statusCode(201);
      var exported = export(admin, tenant, type, "");
      var done = Import.of(Import.send(admin, copy, type, exported.asString(), null));
      assertEquals(0, done.count("rejected"), exported.asString());
      assertEquals(7, done.count("created"));
      assertEquals(devices(admin, tenant), devices(admin, copy), type);
      var again = Import.of(Import.send(admin, copy, type, exported.asString(), null));
      assertEquals(7, again.count("unchanged"), type);
    }
  }

  @Test
  void noCellOfACsvIsAFormula() {
    var admin = Api.as(tokens.admin());
    var tenant = fleet(admin);
    var csv = export(admin, tenant, Import.CSV, "");
    csv.then().header("Content-Type", startsWith("text/csv"));
    var lines = csv.asString().split("\r\n");
    assertEquals(
        "id,type,gateway,tags,enabled,attributes.array,attributes.floor,attributes.formula,"
            + "attributes.site,attributes.text,attributes,version,createdAt,updatedAt",
        lines[0]);
    var record = "";
    for (var line : lines) {
      record += line;
      if (!(CsvText.read(record) instanceof CsvText.Reading.Cells(var cells))) {
        record += "\r\n";
        continue;
      }
      record = "";
      for (var cell : cells) {
        var begin = cell.isEmpty() ? 'x' : cell.charAt(0);
        assertTrue("=+@\t\r".indexOf(begin) < 0, cell);
        assertTrue(begin != '-' || cell.matches("-[0-9.]+"), cell);
      }
    }
  }

  @Test
  void theFilterOfTheSearchHoldsHere() {
    var admin = Api.as(tokens.admin());
    var tenant = fleet(admin);
    var lab =
        export(
            admin,
            tenant,
            Import.NDJSON,
            "?filter=tag==lab%3Battributes.floor=gt=2%3Btype==thermometer");
    assertEquals(1, lab.asString().lines().count());
    assertTrue(lab.asString().contains("\"room-1\""));
    assertEquals(0, export(admin, tenant, Import.NDJSON, "?filter=id==none").asString().length());
    assertEquals(
        1, export(admin, tenant, Import.CSV, "?filter=id==none").asString().lines().count());
    assertProblem(export(admin, tenant, Import.NDJSON, "?filter=id="), 400, "malformed-request");
    assertProblem(
        export(admin, tenant, Import.NDJSON, "?filter=group==none"), 400, "malformed-request");
    assertProblem(export(admin, Api.freshTenant(), Import.NDJSON, ""), 404, "not-found");
    assertProblem(export(admin, tenant, "application/xml", ""), 406, "not-acceptable");
  }

  @Test
  void gatewaysComeBeforeWhatIsBehindThem() {
    var admin = Api.as(tokens.admin());
    var tenant = fleet(admin);
    var ids =
        export(admin, tenant, Import.NDJSON, "")
            .asString()
            .lines()
            .map(line -> json(line).get("id").textValue())
            .toList();
    assertTrue(ids.indexOf("z-gateway") < ids.indexOf("behind"), ids.toString());
    assertTrue(ids.indexOf("behind") < ids.indexOf("a-behind-that"), ids.toString());
  }

  @Test
  void aFleetOfSeveralPagesComesWhole() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var rows =
        IntStream.range(0, 2_500)
            .mapToObj(i -> "{\"id\":\"d%04d\"}".formatted(i))
            .toArray(String[]::new);
    Import.ndjson(admin, tenant, rows);
    var ids =
        export(admin, tenant, Import.NDJSON, "")
            .asString()
            .lines()
            .map(line -> json(line).get("id").textValue())
            .toList();
    assertEquals(2_500, ids.size());
    assertEquals(ids.stream().sorted().distinct().toList(), ids);
  }

  @Test
  void aViewerMayExportAndNobodyOfAnotherTenant() {
    var admin = Api.as(tokens.admin());
    var tenant = fleet(admin);
    var viewer = Api.as(tokens.person("viewer", tenant));
    assertEquals(200, export(viewer, tenant, Import.NDJSON, "").statusCode());
    var other = Api.as(tokens.person("admin", admin.tenant()));
    assertProblem(export(other, tenant, Import.NDJSON, ""), 403, "forbidden");
    assertProblem(
        Import.send(other, tenant, Import.NDJSON, "{\"id\":\"mine\"}", null), 403, "forbidden");
    assertProblem(
        Import.send(viewer, tenant, Import.NDJSON, "{\"id\":\"mine\"}", null), 403, "forbidden");
    admin.get(Api.devices(tenant)).then().body("items.size()", equalTo(7));
    assertFalse(export(viewer, tenant, Import.NDJSON, "").asString().contains("mine"));
    admin.get(Api.devices(tenant)).then().body("items.id", hasItem("room-1"));
  }

  private static String fleet(Api admin) {
    var tenant = admin.tenant();
    admin
        .post("/api/v1/tenants/" + tenant + "/device-types", Map.of("id", "thermometer"))
        .then()
        .statusCode(201);
    var done =
        Import.ndjson(
            admin,
            tenant,
            "{\"id\":\"room-1\",\"type\":\"thermometer\",\"tags\":[\"lab\",\"north\"],\"attributes\":{\"floor\":3}}",
            "{\"id\":\"room-2\",\"enabled\":false,\"tags\":[\"lab\"],\"attributes\":{\"floor\":\"3\",\"site\":{\"city\":\"Ulm\"}}}",
            "{\"id\":\"z-gateway\",\"attributes\":{\"array\":[1,\"a\"],\"text\":\"\"}}",
            "{\"id\":\"behind\",\"gateway\":\"z-gateway\",\"attributes\":{\"text\":\"true\"}}",
            "{\"id\":\"a-behind-that\",\"gateway\":\"behind\",\"attributes\":{\"text\":\"a,\\\"b\\\"\\r"
                + "\\n"
                + "c\"}}",
            "{\"id\":\"formula\",\"attributes\":{\"formula\":\"=HYPERLINK(\\\"x\\\")\",\"text\":\"-1+1\",\"floor\":-2}}",
            "{\"id\":\"dots\",\"attributes\":{\"a.b\":1,\"text\":\"@x\",\"site\":{}}}");
    assertEquals(7, done.count("created"));
    return tenant;
  }

  private static Response export(Api api, String tenant, String type, String query) {
    return api.request().accept(type).get("/api/v1/tenants/" + tenant + "/device-export" + query);
  }

  /** Without what differs between two tenants. */
  private static Map<String, JsonNode> devices(Api api, String tenant) {
    var devices = new TreeMap<String, JsonNode>();
    export(api, tenant, Import.NDJSON, "")
        .asString()
        .lines()
        .map(DeviceExportIT::json)
        .forEach(
            device -> {
              ((ObjectNode) device).remove(List.of("version", "createdAt", "updatedAt"));
              devices.put(device.get("id").textValue(), device);
            });
    return devices;
  }

  private static JsonNode json(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
  }
}
