package io.muster.firmware.manifest;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.notNullValue;

import io.muster.firmware.Api;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.muster.firmware.ServiceTest;
import io.restassured.http.ContentType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The keys for manifests over REST, and as devices see them. */
@ServiceTest
class ManifestKeysIT {
  private static final String KEYS = "/api/v1/manifest-keys";

  FirmwareStack stack;

  @Test
  void theNextKeyIsMadeAndShownToDevicesAndWithdrawn() {
    var admin = Api.as(stack.person("admin", "*"));
    var device = OneDevice.of(stack);
    var before = admin.get(KEYS);
    before.then().statusCode(200).body("items.state", hasItems("signing"));
    assertProblem(admin.post(KEYS, Map.of()), 428, "version-required");
    var made =
        admin
            .request()
            .contentType(ContentType.JSON)
            .header("If-Match", before.header("ETag"))
            .body(Map.of())
            .post(KEYS);
    made.then()
        .statusCode(201)
        .body("state", equalTo("next"))
        .body("algorithm", equalTo("ES256"))
        .body("publicKey", containsString("BEGIN PUBLIC KEY"))
        .body("introduction", notNullValue());
    String id = made.path("id");
    var signing = before.<List<String>>path("items.findAll { it.state == 'signing' }.id");
    device
        .request()
        .get(device.path() + "/manifestKeys")
        .then()
        .statusCode(200)
        .body("keys.id", hasItems(signing.getFirst(), id));
    Api.as(null).get(device.path() + "/manifestKeys").then().statusCode(401);
    device
        .api()
        .get(Api.of(device.tenant()) + "/manifest-keys")
        .then()
        .statusCode(200)
        .body("items.state", hasItems("signing", "next"));
    assertProblem(
        admin
            .request()
            .contentType(ContentType.JSON)
            .header("If-Match", before.header("ETag"))
            .body(Map.of())
            .post(KEYS),
        412,
        "version-mismatch");
    assertProblem(admin.delete(KEYS + "/" + signing.getFirst()), 409, "manifest-key-signs");
    admin.delete(KEYS + "/" + id).then().statusCode(204);
    assertProblem(admin.delete(KEYS + "/" + id), 404, "not-found");
    admin
        .get("/api/v1/audit?subject=manifest-keys/" + id)
        .then()
        .statusCode(200)
        .body("items.action", equalTo(List.of("manifest-key-withdrawn", "manifest-key-created")))
        .body("items[0].tenant", equalTo("platform"));
  }

  @Test
  void theyAreForAdministratorsOfThePlatform() {
    for (var person :
        List.of(stack.person("admin", Api.freshTenant()), stack.person("operator", "*"))) {
      assertProblem(Api.as(person).get(KEYS), 403, "forbidden");
      assertProblem(Api.as(person).post(KEYS, Map.of()), 403, "forbidden");
      assertProblem(Api.as(person).delete(KEYS + "/" + "0".repeat(16)), 403, "forbidden");
    }
  }
}
