package io.muster.registry.authorities;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import io.muster.contract.registry.VerifyAnswer.Denied;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.contract.registry.VerifyRequest;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.DeviceCertificates;
import io.muster.registry.RegistryTest;
import io.muster.registry.TestAuthority;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RegistryTest
class AuthoritiesIT {
  Tokens tokens;
  LocalPostgres postgres;
  private Api admin;
  private String tenant;
  private String name;
  private TestAuthority factory;

  @BeforeEach
  void aTenantAndAnAuthority() {
    admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    name = "factory of " + tenant;
    factory = TestAuthority.root(name);
  }

  @Test
  void whoHoldsTheKeyRegistersAnAuthorityAndItsDevicesAreMade() {
    var announced = announce(tenant, factory);
    assertEquals("pending", announced.path("state"));
    var own = factory.device("sensor-1");
    assertDenied(Reason.CERTIFICATE_UNKNOWN, verify(own));
    prove(tenant, factory, announced.path("id"), announced.path("code"))
        .then()
        .statusCode(200)
        .body("state", equalTo("active"))
        .body("code", nullValue());
    var allowed = assertInstanceOf(Allowed.class, verify(own));
    assertEquals(DeviceAddress.of(tenant, "sensor-1"), allowed.device());
    // Both last for a day; the authority was made a second before at times.
    var ends = List.of(own.getNotAfter(), factory.certificate().getNotAfter());
    assertEquals(Collections.min(ends).toInstant(), allowed.validUntil());
    assertEquals(allowed, verify(own));
    var device = Api.devices(tenant) + "/sensor-1";
    admin.get(device).then().statusCode(200);
    admin.get(device + "/credentials").then().body("items", hasSize(1));
    assertEquals(
        Set.of("device-created", "certificate-vouched-for"),
        Set.copyOf(admin.audited(tenant, "subject=devices/sensor-1")));
    assertEquals(
        List.of("certificate-authority-proven", "certificate-authority-announced"),
        audited(announced.path("id")));
  }

  @Test
  void anAuthorityThatNobodyProvedIsInNobodysWay() {
    var squatter = admin.tenant();
    announce(squatter, factory);
    active(tenant, factory);
    var allowed = assertInstanceOf(Allowed.class, verify(factory.device("one")));
    assertEquals(tenant, allowed.device().tenant().value());
  }

  @Test
  void nobodyProvesAnAuthorityWithAnothersCodeOrKey() {
    var announced = announce(tenant, factory);
    var other = announce(admin.tenant(), factory);
    assertProblem(
        prove(tenant, factory, announced.path("id"), other.path("code")), 422, "invalid-content");
    assertProblem(
        prove(tenant, TestAuthority.root("factory"), announced.path("id"), announced.path("code")),
        422,
        "invalid-content");
  }

  @Test
  void whatProvesAnAuthorityIsNoDevicesCertificate() {
    active(tenant, factory);
    var line = factory.below("line of " + tenant, 0);
    var announced = announce(tenant, line);
    String id = announced.path("id");
    var about = TestAuthority.wanted("CN=" + announced.<String>path("code"));
    var proof = line.issue(about);
    // The one above vouches for it already.
    assertDenied(Reason.CERTIFICATE_SUBJECT, verify(proof, line.certificate()));
    prove(tenant, id, proof).then().statusCode(200);
    assertDenied(Reason.CERTIFICATE_SUBJECT, verify(proof));
    assertDenied(Reason.CERTIFICATE_SUBJECT, verify(line.issue(about)));
    admin.delete(authorities(tenant) + "/" + id).then().statusCode(204);
    assertDenied(Reason.CERTIFICATE_REVOKED, verify(proof, line.certificate()));
    admin.get(Api.devices(tenant)).then().body("items", hasSize(0));
  }

  @Test
  void anAuthorityIsOneTenantsAlone() {
    active(tenant, factory);
    var second = admin.tenant();
    var announced = announce(second, factory);
    var refused = prove(second, factory, announced.path("id"), announced.path("code"));
    assertProblem(refused, 409, "authority-exists");
    assertFalse(refused.asString().contains(tenant));
  }

  @Test
  void anAuthorityOfTheSameNameElsewhereChangesNothing() {
    var others = admin.tenant();
    var same = TestAuthority.root(name);
    active(others, same);
    active(tenant, factory);
    assertEquals(
        DeviceAddress.of(tenant, "one"),
        assertInstanceOf(Allowed.class, verify(factory.device("one"))).device());
    assertEquals(
        DeviceAddress.of(others, "one"),
        assertInstanceOf(Allowed.class, verify(same.device("one"))).device());
  }

  @Test
  void whatItDoesNotVouchForIsRefused() {
    active(tenant, factory);
    assertDenied(Reason.CERTIFICATE_CHAIN, verify(TestAuthority.root(name).device("one")));
    assertDenied(
        Reason.CERTIFICATE_UNKNOWN, verify(TestAuthority.root("else " + tenant).device("one")));
    assertDenied(Reason.CERTIFICATE_SUBJECT, verify(factory.device("provision")));
    var now = Instant.now();
    assertDenied(
        Reason.CERTIFICATE_EXPIRED,
        verify(
            factory.issue(
                TestAuthority.wanted("CN=one").period(now.minusSeconds(90), now.minusSeconds(9)))));
    admin.get(Api.devices(tenant)).then().body("items", hasSize(0));
  }

  @Test
  void nothingIsMadeForAClientThatSaysItIsAnother() {
    active(tenant, factory);
    var own = factory.device("one");
    assertDenied(Reason.CERTIFICATE_SUBJECT, verifyAs("two", own));
    admin.get(Api.devices(tenant)).then().body("items", hasSize(0));
    assertInstanceOf(Allowed.class, verifyAs("one", own));
    assertDenied(Reason.CERTIFICATE_SUBJECT, verifyAs("two", own));
    admin.get(Api.devices(tenant)).then().body("items.id", contains("one"));
  }

  @Test
  void withoutAutoProvisioningOnlyDevicesThatAreThereComeIn() {
    var id = active(tenant, factory);
    admin.patch(authorities(tenant) + "/" + id, Map.of("autoProvisioning", false));
    assertEquals("certificate-authority-updated", audited(id).getFirst());
    assertDenied(Reason.UNKNOWN_DEVICE, verify(factory.device("one")));
    admin.device(tenant, "one");
    assertInstanceOf(Allowed.class, verify(factory.device("one")));
  }

  @Test
  void aTenantsLimitOfDevicesHolds() {
    active(tenant, factory);
    admin.patch("/api/v1/tenants/" + tenant, Map.of("limits", Map.of("devices", 1)));
    assertInstanceOf(Allowed.class, verify(factory.device("one")));
    assertDenied(Reason.LIMIT_REACHED, verify(factory.device("two")));
  }

  @Test
  void aDisabledDeviceAndASuspendedTenantStayOut() {
    active(tenant, factory);
    var device = admin.device(tenant, "one");
    admin.patch(device, Map.of("enabled", false));
    assertDenied(Reason.DEVICE_DISABLED, verify(factory.device("one")));
    admin.patch("/api/v1/tenants/" + tenant, Map.of("suspended", true));
    assertDenied(Reason.TENANT_SUSPENDED, verify(factory.device("two")));
  }

  @Test
  void oneCertificateIsRevokedForGoodAndTheNextOneHolds() {
    active(tenant, factory);
    var stolen = factory.device("one");
    var credential = assertInstanceOf(Allowed.class, verify(stolen)).credential();
    var device = Api.devices(tenant) + "/one";
    admin.delete(device + "/credentials/" + credential).then().statusCode(204);
    assertDenied(Reason.CERTIFICATE_REVOKED, verify(stolen));
    assertInstanceOf(Allowed.class, verify(factory.device("one")));
  }

  @Test
  void revokingAnAuthorityRevokesWhatItVouchedFor() {
    var id = active(tenant, factory);
    var one = assertInstanceOf(Allowed.class, verify(factory.device("one"))).credential();
    var two = assertInstanceOf(Allowed.class, verify(factory.device("two"))).credential();
    var own = factory.device("one");
    admin.delete(authorities(tenant) + "/" + id).then().statusCode(204);
    assertDenied(Reason.CERTIFICATE_UNKNOWN, verify(own));
    assertEquals("certificate-authority-revoked", audited(id).getFirst());
    var log = revocations();
    assertTrue(log.contains(one) && log.contains(two), log.toString());
    admin.get(Api.devices(tenant)).then().body("items", hasSize(2));
    admin.get(authorities(tenant)).then().body("items", hasSize(0));
  }

  @Test
  void revokingTellsOfEachOfAFleetOnce() {
    var id = active(tenant, factory);
    var fleet = 234;
    assertInstanceOf(Allowed.class, verify(factory.device("one")));
    write(
        "WITH d AS (INSERT INTO registry.device (tenant_key, id, version, enabled, attributes,"
            + " created_at, updated_at) SELECT tenant_key, 'd' || n, 1, true, '{}', now(), now()"
            + " FROM registry.authority, generate_series(1, "
            + fleet
            + ") n WHERE id = '"
            + id
            + "' RETURNING key, id)"
            + " INSERT INTO registry.credential (id, device_key, kind, certificate_sha256,"
            + " certificate_subject, not_after, created_at, authority_key)"
            + " SELECT gen_random_uuid(), d.key, 'certificate', sha256((random()::text || d.id)"
            + "::bytea), 'CN=x', now() + interval '1 day', now(), a.key FROM d,"
            + " registry.authority a WHERE a.id = '"
            + id
            + "'");
    admin.delete(authorities(tenant) + "/" + id).then().statusCode(204);
    var told = revocations();
    assertEquals(fleet + 1, told.size());
    assertEquals(fleet + 1, Set.copyOf(told).size());
  }

  @Test
  void manyCertificatesOfOneDeviceGiveWayToNewerOnes() {
    active(tenant, factory);
    var first = assertInstanceOf(Allowed.class, verify(factory.device("one"))).credential();
    for (int i = 0; i < 10; i++) {
      assertInstanceOf(Allowed.class, verify(factory.device("one")));
    }
    assertTrue(revocations().contains(first));
    admin.get(Api.devices(tenant) + "/one/credentials").then().body("items", hasSize(10));
  }

  @Test
  void aNewDeviceThatConnectsSeveralTimesAtOnceIsMadeOnce() {
    active(tenant, factory);
    var own = factory.device("one");
    var answers =
        IntStream.range(0, 20)
            .mapToObj(_ -> CompletableFuture.supplyAsync(() -> verify(own)))
            .toList();
    var credentials =
        answers.stream()
            .map(it -> assertInstanceOf(Allowed.class, it.join()).credential())
            .distinct()
            .toList();
    assertEquals(1, credentials.size());
    admin.get(Api.devices(tenant)).then().body("items", hasSize(1));
  }

  @Test
  void aTenantHasSoManyAndOnlyItsAdministratorsMakeThem() {
    for (int i = 0; i < 10; i++) {
      announce(tenant, TestAuthority.root("a" + i));
    }
    assertProblem(
        admin.post(authorities(tenant), body(TestAuthority.root("b"))), 429, "limit-reached");
    var operator = Api.as(tokens.person("operator", tenant));
    assertProblem(operator.post(authorities(tenant), body(factory)), 403, "forbidden");
    var stranger = Api.as(tokens.person("admin", admin.tenant()));
    assertProblem(stranger.get(authorities(tenant)), 403, "forbidden");
    assertProblem(stranger.post(authorities(tenant), body(factory)), 403, "forbidden");
    assertProblem(stranger.delete(authorities(tenant) + "/" + UUID.randomUUID()), 403, "forbidden");
  }

  @Test
  void anotherTenantsAuthorityIsNotThere() {
    var id = active(tenant, factory);
    var other = admin.tenant();
    for (var answer :
        List.of(
            admin.get(authorities(other) + "/" + id),
            admin.patch(authorities(other) + "/" + id, Map.of("autoProvisioning", false)),
            admin.delete(authorities(other) + "/" + id))) {
      assertProblem(answer, 404, "not-found");
    }
    assertInstanceOf(Allowed.class, verify(factory.device("one")));
  }

  @Test
  void whatIsNoAuthorityIsRefusedWithAReason() {
    for (var body :
        List.of(
            Map.of(),
            Map.of("certificate", "x"),
            Map.of("certificate", DeviceCertificates.pem(factory.device("one"))))) {
      assertProblem(admin.post(authorities(tenant), body), 422, "invalid-content")
          .body("errors[0].pointer", equalTo("/certificate"));
    }
  }

  private List<String> audited(String authority) {
    return admin.audited(tenant, "subject=certificate-authorities/" + authority);
  }

  private String active(String of, TestAuthority authority) {
    var announced = announce(of, authority);
    prove(of, authority, announced.path("id"), announced.path("code")).then().statusCode(200);
    return announced.path("id");
  }

  private Response announce(String of, TestAuthority authority) {
    var made = admin.post(authorities(of), body(authority));
    made.then().statusCode(201);
    return made;
  }

  private static Map<String, Object> body(TestAuthority authority) {
    return Map.of("certificate", DeviceCertificates.pem(authority.certificate()));
  }

  private Response prove(String of, TestAuthority authority, String id, String code) {
    return prove(of, id, authority.issue(TestAuthority.wanted("CN=" + code)));
  }

  private Response prove(String of, String id, X509Certificate proof) {
    return admin.post(
        authorities(of) + "/" + id + "/proof",
        Map.of("certificate", DeviceCertificates.pem(proof)));
  }

  private static String authorities(String tenant) {
    return "/api/v1/tenants/" + tenant + "/certificate-authorities";
  }

  private void write(String sql) {
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private List<UUID> revocations() {
    try (var connection = postgres.connectAsSuperuser();
        var statement =
            connection.prepareStatement(
                "SELECT (convert_from(payload, 'UTF8')::jsonb -> 'data' ->> 'credential')::uuid"
                    + " FROM registry.outbox WHERE topic LIKE ?")) {
      statement.setString(1, "platform/registry/credential-revoked/" + tenant + "/%");
      List<UUID> found = new ArrayList<>();
      var rows = statement.executeQuery();
      while (rows.next()) {
        found.add(rows.getObject(1, UUID.class));
      }
      return found;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private VerifyAnswer verify(X509Certificate... shown) {
    return verifyClaiming(null, shown);
  }

  private VerifyAnswer verifyAs(String device, X509Certificate shown) {
    return verifyClaiming(DeviceAddress.of(tenant, device), shown);
  }

  private VerifyAnswer verifyClaiming(DeviceAddress claimed, X509Certificate... shown) {
    var proof =
        new CredentialProof.Certificate(
            Arrays.stream(shown).map(DeviceCertificates::base64).toList());
    return Api.as(tokens.service()).verify(new VerifyRequest(claimed, proof, "127.0.0.1"));
  }

  private static void assertDenied(Reason reason, VerifyAnswer answer) {
    assertEquals(new Denied(reason), answer);
  }
}
