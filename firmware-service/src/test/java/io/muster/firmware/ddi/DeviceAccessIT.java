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
import io.muster.firmware.ServiceTest;
import io.muster.localstack.tls.LocalAuthority;
import io.quarkus.test.common.http.TestHTTPResource;
import java.net.InetAddress;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in at hawkBit's API, and who is not. */
@ServiceTest
class DeviceAccessIT {
  @TestHTTPResource(value = "/", tls = true)
  URL secure;

  @TestHTTPResource("/")
  URL plain;

  FirmwareStack stack;
  @TempDir Path folder;
  private OneDevice device;

  @BeforeEach
  void makeADevice() {
    device = OneDevice.of(stack);
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
  void thePortForDevicesServesNothingElse() throws Exception {
    for (var path : List.of("/q/metrics", "/api/v1/tenants/a/artifacts", "/internal/v1/events")) {
      assertEquals(404, get(tls(true), path).statusCode(), path);
    }
  }

  @Test
  void nobodysHeaderIsAProxys() throws Exception {
    stack.registry().verifies(this::allowCertificate);
    var certificate = ":" + Base64.getEncoder().encodeToString(chain()[0].getEncoded()) + ":";
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
    assertProblem(gateway("0".repeat(32)), 429, "limit-reached");
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
    var uri = URI.create("https://localhost:" + secure.getPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpClient tls(boolean withCertificate) throws Exception {
    var trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("ca", read(stack.tls().authorityCertificate())[0]);
    var trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(trust);
    var context = SSLContext.getInstance("TLS");
    context.init(
        withCertificate ? keys().getKeyManagers() : null, trusted.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  /** Any key and certificate do: here what another server has. */
  private KeyManagerFactory keys() throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    var chain = chain();
    var pem = Files.readString(new LocalAuthority(folder).serverKey());
    var der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    var key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    store.setKeyEntry("device", key, new char[0], chain);
    var keys = KeyManagerFactory.getInstance("SunX509");
    keys.init(store, new char[0]);
    return keys;
  }

  private Certificate[] chain() throws Exception {
    var authority = new LocalAuthority(folder);
    authority.prepare(Clock.systemUTC());
    return read(authority.serverCertificate());
  }

  private static Certificate[] read(Path pem) throws Exception {
    try (var in = Files.newInputStream(pem)) {
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(in)
          .toArray(Certificate[]::new);
    }
  }
}
