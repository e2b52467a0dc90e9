package io.muster.registry.bulk;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.registry.Api;
import io.muster.registry.DeviceCertificates;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Devices that come with what they have already. */
@RegistryTest
class ImportCredentialsIT {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

  Tokens tokens;

  @Test
  void aDeviceConnectsWithTheSecretThatItHadBefore() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var csv = new String[] {"id,secretSha256", "one," + sha256(SECRET), "two,"};
    assertEquals(List.of("created", "created"), Import.csv(admin, tenant, csv).results());
    assertEquals(List.of("unchanged", "unchanged"), Import.csv(admin, tenant, csv).results());
    verify(tenant, "one", SECRET).body("decision", equalTo("allow"));
    verify(tenant, "one", SECRET + "x").body("decision", equalTo("deny"));
    verify(tenant, "two", SECRET).body("decision", equalTo("deny"));
    admin
        .get(Api.devices(tenant) + "/one/credentials")
        .then()
        .body("items", hasSize(1))
        .body("items[0].kind", equalTo("secret"));
    var audit = admin.get("/api/v1/tenants/" + tenant + "/audit?subject=devices/one");
    audit.then().body("items.action", equalTo(List.of("credential-created", "device-created")));
    assertFalse(audit.asString().contains(sha256(SECRET)), "no proof in the audit");
  }

  @Test
  void aCertificateBelongsToOneDeviceOfThePlatform() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var other = admin.tenant();
    var pem = DeviceCertificates.pem(DeviceCertificates.usual().make());
    assertEquals(List.of("created"), Import.ndjson(admin, other, certificate("x", pem)).results());
    var done =
        Import.ndjson(
            admin,
            tenant,
            certificate("taken", pem),
            certificate("own", DeviceCertificates.pem(DeviceCertificates.usual().make())));
    assertEquals(List.of("rejected", "created"), done.results());
    assertEquals("certificate-exists", done.problem(0));
    assertFalse(done.rows().getFirst().toString().contains(other), "not whose it is");
    admin.get(Api.devices(tenant)).then().body("items.id", equalTo(List.of("own")));
    var twice = DeviceCertificates.pem(DeviceCertificates.usual().make());
    assertEquals(
        List.of("created", "rejected", "unchanged"),
        Import.ndjson(
                admin,
                tenant,
                certificate("a", twice),
                certificate("b", twice),
                certificate("a", twice))
            .results());
  }

  @Test
  void whatIsWrongWithACredentialIsToldByPointerAndNothingIsDone() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var done =
        Import.ndjson(
            admin,
            tenant,
            row("a", "{\"kind\":\"secret\"}"),
            row("b", "{\"kind\":\"secret\",\"secretSha256\":\"abc\"}"),
            row("c", "{\"kind\":\"jwt-key\",\"algorithm\":\"ES256\",\"publicKey\":\"x\"}"),
            row("d", "{\"kind\":\"jwt-key\",\"algorithm\":\"none\"}"),
            row("e", "{\"kind\":\"password\"}"),
            row("f", "{\"kind\":\"certificate\",\"certificate\":\"x\"}"),
            row("g", "{\"kind\":\"secret\",\"secretSha256\":\"" + sha256("s") + "\",\"x\":1}"),
            row("h", "7"),
            "{\"id\":\"i\",\"credentials\":{}}",
            "{\"id\":\"j\",\"credentials\":[" + "{},".repeat(10) + "{}]}");
    assertEquals(10, done.count("rejected"));
    assertEquals("/credentials/0/secretSha256", done.pointer(0));
    assertEquals("/credentials/0/secretSha256", done.pointer(1));
    assertEquals("/credentials/0/publicKey", done.pointer(2));
    assertEquals("/credentials/0/algorithm", done.pointer(3));
    assertEquals("/credentials/0/kind", done.pointer(4));
    assertEquals("/credentials/0/certificate", done.pointer(5));
    assertEquals("/credentials/0/x", done.pointer(6));
    assertEquals("/credentials/0", done.pointer(7));
    assertEquals("/credentials", done.pointer(8));
    assertEquals("limit-reached", done.problem(9));
    admin.get(Api.devices(tenant)).then().body("items", hasSize(0));
  }

  private ValidatableResponse verify(String tenant, String device, String secret) {
    return Api.as(tokens.service())
        .post(
            "/internal/v1/credentials/verify",
            Map.of(
                "device", Map.of("tenant", tenant, "device", device),
                "proof", Map.of("kind", "secret", "secret", secret)))
        .then()
        .statusCode(200);
  }

  private static String row(String id, String credential) {
    return "{\"id\":\"%s\",\"credentials\":[%s]}".formatted(id, credential);
  }

  private static String certificate(String id, String pem) throws Exception {
    ObjectNode credential = MAPPER.createObjectNode();
    credential.put("kind", "certificate").put("certificate", pem);
    return row(id, MAPPER.writeValueAsString(credential));
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
