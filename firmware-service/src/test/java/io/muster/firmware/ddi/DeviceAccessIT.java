package io.muster.firmware.ddi;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.firmware.Api;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.muster.firmware.Pem;
import io.muster.firmware.ServiceTest;
import io.quarkus.test.common.http.TestHTTPResource;
import java.net.InetAddress;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in at hawkBit's API, and who is not. */
@ServiceTest
class DeviceAccessIT {
  @TestHTTPResource("/")
  URL plain;

  FirmwareStack stack;
  @TempDir Path folder;
  private OneDevice device;
  private Pem shown;

  @BeforeEach
  void makeADevice() throws Exception {
    device = OneDevice.of(stack);
    shown = Pem.selfSigned(folder, "lamp");
  }

  @Test
  void aClientCertificateIsTheDevicesThatTheRegistryKnowsItFor() throws Exception {
    var client = tls(true);
    assertEquals(401, get(client, OneDevice.of(stack).path()).statusCode());
    stack.registry().verifies(this::allowCertificate);
    assertEquals(200, get(client, device.path()).statusCode());
    // Links are those of the public address, wherever somebody asks.
    assertTrue(get(client, device.path()).body().contains("https://updates.example/"));
    var neighbour = OneDevice.of(stack);
    stack.registry().verifies(this::allowCertificate);
    assertEquals(401, get(client, neighbour.path()).statusCode());
    assertEquals(401, get(tls(false), device.path()).statusCode());
  }

  @Test
  void nobodysHeaderIsAProxys() throws Exception {
    stack.registry().verifies(this::allowCertificate);
    var own = Pem.read(shown.certificate())[0].getEncoded();
    var certificate = ":" + Base64.getEncoder().encodeToString(own) + ":";
    Api.as(null)
        .request()
        .header("Client-Cert", certificate)
        .get(device.path())
        .then()
        .statusCode(401);
  }

  @Test
  void aDevicesOwnTokenMustBeForFirmware() {
    stack.registry().verifies(it -> allow(it, Set.of(DeviceScope.TELEMETRY_WRITE)));
    bearer("none").then().statusCode(401);
    stack.registry().verifies(it -> allow(it, Set.of(DeviceScope.FIRMWARE_READ)));
    bearer("one").then().statusCode(200);
    stack.registry().verifies(_ -> new VerifyAnswer.Denied(VerifyAnswer.Reason.TOKEN_EXPIRED));
    bearer("two").then().statusCode(401);
  }

  private io.restassured.response.Response bearer(String token) {
    return Api.as(null).request().header("Authorization", "Bearer " + token).get(device.path());
  }

  @Test
  void aTargetTokenIsNobodysElsewhere() {
    var elsewhere = Api.of(device.tenant()) + "/artifacts";
    Api.as(device.token()).get(elsewhere).then().statusCode(401);
    device.request().get(elsewhere).then().statusCode(401);
    device.request().get(device.actions()).then().statusCode(401);
    device.request().get(device.path()).then().statusCode(200);
  }

  @Test
  void aGatewayTokenSpeaksForTheTenantsDevicesAndIsAudited() throws Exception {
    gateway("0".repeat(32)).then().statusCode(401);
    var settings = Api.of(device.tenant()) + "/firmware-settings";
    String token = device.api().post(settings + "/gateway-token", Map.of()).path("token");
    gateway(token).then().statusCode(200);
    gateway(token).then().statusCode(200);
    try (var connection = stack.postgres().connectAsSuperuser();
        var statement =
            connection.prepareStatement(
                "SELECT count(*) FROM firmware.audit"
                    + " WHERE tenant = ? AND action = 'gateway-token-used'")) {
      statement.setString(1, device.tenant());
      var rows = statement.executeQuery();
      rows.next();
      assertEquals(1, rows.getInt(1));
    }
    var other = OneDevice.of(stack);
    Api.as(null)
        .request()
        .header("Authorization", "GatewayToken " + token)
        .get(other.path())
        .then()
        .statusCode(401);
    device.api().delete(settings + "/gateway-token").then().statusCode(204);
    gateway(token).then().statusCode(401);
  }

  @Test
  void guessingGatewayTokensEnds() {
    for (var i = 0; i < 10; i++) {
      gateway("%032x".formatted(i)).then().statusCode(401);
    }
    // Not one of those, which are known not to hold.
    assertProblem(gateway("f".repeat(32)), 429, "limit-reached");
    device.request().get(device.path()).then().statusCode(200);
  }

  @Test
  void whoFailsAgainAndAgainIsToldWhenToComeAgain() throws Exception {
    var stranger = HttpClient.newBuilder().localAddress(InetAddress.getByName("127.0.0.2")).build();
    for (var i = 0; i < 10; i++) {
      assertEquals(401, getPlain(stranger, "TargetToken %032x".formatted(i)).statusCode());
    }
    var told = getPlain(stranger, "TargetToken " + "0".repeat(32));
    assertEquals(429, told.statusCode());
    assertTrue(told.body().contains("urn:muster:problem:too-many-failures"), told.body());
    var seconds = told.headers().firstValueAsLong("Retry-After").orElseThrow();
    assertTrue(seconds > 0 && seconds <= 60, told.headers()::toString);
    // Neither from elsewhere nor with what it had before.
    device.request().get(device.path()).then().statusCode(200);
  }

  private HttpResponse<String> getPlain(HttpClient client, String authorization) throws Exception {
    var uri = URI.create("http://127.0.0.1:" + plain.getPort() + device.path());
    var request = HttpRequest.newBuilder(uri).header("Authorization", authorization).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private io.restassured.response.Response gateway(String token) {
    return Api.as(null)
        .request()
        .header("Authorization", "GatewayToken " + token)
        .get(device.path());
  }

  @Test
  void theTenantIsMatchedWithoutRegardToCaseAndTheDeviceIsNot() {
    var path = device.path();
    device
        .request()
        .get(path.replace(device.tenant(), device.tenant().toUpperCase(Locale.ROOT)))
        .then()
        .statusCode(200);
    device.request().get(path.replace("lamp-1", "LAMP-1")).then().statusCode(401);
  }

  private VerifyAnswer allowCertificate(VerifyRequest request) {
    return request.proof() instanceof CredentialProof.Certificate
            && request.device().equals(device.address())
        ? allow(request, null)
        : new VerifyAnswer.Denied(VerifyAnswer.Reason.CERTIFICATE_UNKNOWN);
  }

  private static VerifyAnswer allow(VerifyRequest request, Set<DeviceScope> scopes) {
    var token = scopes == null ? null : new VerifyAnswer.IssuedToken(UUID.randomUUID(), scopes);
    return new VerifyAnswer.Allowed(
        request.device(), UUID.randomUUID(), null, new DeviceLimits(10, 1_000), token);
  }

  private HttpResponse<String> get(HttpClient client, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(stack.devices(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpClient tls(boolean withCertificate) throws Exception {
    var authority = stack.tls().authorityCertificate();
    return HttpClient.newBuilder()
        .sslContext(withCertificate ? shown.shownTo(authority) : Pem.trusting(authority))
        .build();
  }
}
