package io.muster.registry.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

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
import io.muster.registry.Rows;
import io.muster.registry.Tokens;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several clients show a credential at once that nobody has shown before. */
@RegistryTest
class FirstUseIT {
  private static final int CLIENTS = 3;

  Tokens tokens;
  LocalPostgres postgres;
  private Api admin;
  private String device;
  private DeviceAddress address;

  @BeforeEach
  void makeADevice() {
    admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    device = admin.device(tenant, "one");
    address = DeviceAddress.of(tenant, "one");
  }

  @Test
  void aCertificateLetsInAllWhoShowItAtOnceAsItself() throws Exception {
    // Which must not be taken for the certificate.
    admin.secret(device);
    var shown = DeviceCertificates.usual().make();
    var id = register(DeviceCertificates.pem(shown));
    var proof = new CredentialProof.Certificate(List.of(DeviceCertificates.base64(shown)));
    for (var answer : together(new VerifyRequest(null, proof, null), id, "")) {
      var allowed = assertInstanceOf(Allowed.class, answer);
      assertEquals(address, allowed.device());
      assertEquals(id, allowed.credential());
    }
  }

  @Test
  void aSecretLetsInAllWhoShowItAtOnce() throws Exception {
    var created = admin.secret(device);
    var id = UUID.fromString(created.path("id"));
    var proof = new CredentialProof.Secret(created.path("secret"));
    for (var answer : together(new VerifyRequest(address, proof, null), id, "")) {
      assertEquals(id, assertInstanceOf(Allowed.class, answer).credential());
    }
  }

  @Test
  void aCertificateThatIsRevokedMeanwhileLetsNobodyIn() throws Exception {
    admin.secret(device);
    var shown = DeviceCertificates.usual().make();
    var id = register(DeviceCertificates.pem(shown));
    var proof = new CredentialProof.Certificate(List.of(DeviceCertificates.base64(shown)));
    var revoke = "DELETE FROM registry.credential WHERE id = '" + id + "'";
    for (var answer : together(new VerifyRequest(null, proof, null), id, revoke)) {
      assertEquals(new Denied(Reason.CERTIFICATE_UNKNOWN), answer);
    }
  }

  private UUID register(String certificate) {
    var body = Map.of("kind", "certificate", "certificate", certificate);
    var created = admin.post(device + "/credentials", body);
    created.then().statusCode(201);
    return UUID.fromString(created.path("id"));
  }

  /** All have found the credential unused before the first of them can say that it is used. */
  private List<VerifyAnswer> together(VerifyRequest request, UUID credential, String meanwhile)
      throws Exception {
    var service = Api.as(tokens.service());
    try (var clients = Executors.newFixedThreadPool(CLIENTS);
        var holder = postgres.connectAsSuperuser()) {
      holder.setAutoCommit(false);
      execute(
          holder, "SELECT 1 FROM registry.credential WHERE id = '" + credential + "' FOR UPDATE");
      List<Future<VerifyAnswer>> answers =
          IntStream.range(0, CLIENTS)
              .mapToObj(i -> clients.submit(() -> service.verify(request)))
              .toList();
      Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> waiting() == CLIENTS);
      if (!meanwhile.isEmpty()) {
        execute(holder, meanwhile);
      }
      holder.commit();
      List<VerifyAnswer> found = new ArrayList<>();
      for (var answer : answers) {
        found.add(answer.get());
      }
      return found;
    }
  }

  private long waiting() {
    return Rows.count(
        postgres,
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            + " AND query LIKE 'UPDATE credential SET first_used_at%'");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
