package io.muster.localstack.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.ServiceName;
import io.muster.localstack.FreePort;
import io.muster.localstack.tls.LocalAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL that speaks TLS. */
class DatabaseTlsIT {
  @TempDir Path folder;

  @Test
  void theServersCertificateIsChecked() throws Exception {
    var theirs = new LocalAuthority(folder.resolve("theirs"));
    var strangers = new LocalAuthority(folder.resolve("strangers"));
    theirs.prepare(Clock.systemUTC());
    strangers.prepare(Clock.systemUTC());
    try (var postgres = LocalPostgres.start(folder.resolve("postgres"), FreePort.any())) {
      assertThrows(SQLException.class, () -> prepare(postgres, "sslmode=require"));
      Files.writeString(
          folder.resolve("postgres/data/postgresql.conf"),
          "ssl = on\nssl_cert_file = '%s'\nssl_key_file = '%s'\n"
              .formatted(theirs.serverCertificate(), theirs.serverKey()),
          StandardOpenOption.APPEND);
      postgres.restart();
      prepare(postgres, "sslmode=require");
      prepare(postgres, verified(theirs));
      var refused = assertThrows(SQLException.class, () -> prepare(postgres, verified(strangers)));
      assertTrue(refused.getMessage().contains("SSL"), refused.getMessage());
    }
  }

  private static String verified(LocalAuthority authority) {
    return "sslmode=verify-full&sslrootcert=" + authority.authorityCertificate();
  }

  private static void prepare(LocalPostgres postgres, String parameters) throws SQLException {
    var superuser = postgres.superuser();
    var address =
        DatabaseAddress.parse(
            "postgresql://%s:%s@127.0.0.1:%d/postgres?%s"
                .formatted(superuser.user(), superuser.password(), postgres.port(), parameters));
    var prepared =
        new DatabaseBootstrap(address).prepare(List.of(ServiceName.INGEST), service -> "x");
    assertEquals(1, prepared.size());
  }
}
