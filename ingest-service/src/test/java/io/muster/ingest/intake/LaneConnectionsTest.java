package io.muster.ingest.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections of the intake's own are protected. */
class LaneConnectionsTest {
  private record Database(String url, Optional<Path> caFile) implements DatabaseConfig {
    @Override
    public String user() {
      return "muster_ingest";
    }

    @Override
    public String password() {
      return "secret";
    }
  }

  private static PgConnectOptions options(String parameters, String caFile) {
    var database =
        new Database(
            "postgresql://db/muster" + parameters, Optional.ofNullable(caFile).map(Path::of));
    var second = Duration.ofSeconds(1);
    return LaneConnections.options(database, "test", second, second);
  }

  @Test
  void nothingIsEncryptedUnasked() {
    assertEquals(SslMode.DISABLE, options("", null).getSslMode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"allow", "prefer", "require"})
  void encryptionAloneTrustsAnyCertificate(String mode) {
    assertTrue(options("?sslmode=" + mode, null).isTrustAll());
  }

  @ParameterizedTest
  @ValueSource(strings = {"verify-ca", "verify-full"})
  void theCertificateIsCheckedAgainstTheAuthority(String mode) {
    var options = options("?sslmode=" + mode, "/ca.pem");
    assertFalse(options.isTrustAll());
    var trusted = assertInstanceOf(PemTrustOptions.class, options.getTrustOptions());
    assertEquals(List.of("/ca.pem"), trusted.getCertPaths());
  }

  @Test
  void theNameIsCheckedWhenAskedFor() {
    var full = options("?sslmode=verify-full", "/ca.pem");
    assertEquals("HTTPS", full.getHostnameVerificationAlgorithm());
    // Without an authority the client refuses to connect, rather than trust anybody.
    assertNull(options("?sslmode=verify-full", null).getTrustOptions());
  }
}
