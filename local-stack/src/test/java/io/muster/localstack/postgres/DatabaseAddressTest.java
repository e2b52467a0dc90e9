package io.muster.localstack.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.UserMistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands behind the question mark of a database URL. */
class DatabaseAddressTest {
  private static final String URL = "postgresql://ann:secret@db:5432/postgres";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "sslmode=sure, verify-full",
    "sslmode, verify-full",
    "sslmode=verify-full, sslrootcert",
    "sslmode=verify-ca, sslrootcert",
    "sslmode=verify-full&sslrootcert=/absent, cannot be read",
    "sslmode=require&sslrootcert=/absent, sslrootcert",
    "sslrootcert=/absent, sslrootcert",
    "channel_binding=require, channel_binding",
    "sslmode=require&options=-c%20x, options"
  })
  void whatIsNotPassedOnIsRefusedInWords(String parameters, String said) {
    var mistake =
        assertThrows(UserMistake.class, () -> DatabaseAddress.parse(URL + "?" + parameters));
    assertTrue(mistake.getMessage().contains(said), mistake.getMessage());
    assertFalse(mistake.getMessage().contains("secret"));
  }

  @Test
  void withoutParametersNothingIsSaid() {
    var address = DatabaseAddress.parse(URL);
    assertEquals("postgresql://db:5432/muster", address.url("muster"));
    assertFalse(address.properties().containsKey("sslmode"));
    assertEquals(Map.of(), address.tls().environment(address.url("muster")));
  }

  @Test
  void encryptionAloneTrustsAnyCertificateEverywhere() {
    var address = DatabaseAddress.parse(URL + "?sslmode=require");
    assertEquals("postgresql://db:5432/muster?sslmode=require", address.url("muster"));
    assertEquals("require", address.properties().getProperty("sslmode"));
    assertEquals(
        Map.of("QUARKUS_DATASOURCE_REACTIVE_TRUST_ALL", "true"),
        address.tls().environment(address.url("muster")));
  }

  @Test
  void theServersCertificateIsCheckedEverywhere() throws IOException {
    var ca = Files.createFile(folder.resolve("our ca.pem"));
    var written = ca.toString().replace(" ", "%20");
    var address = DatabaseAddress.parse(URL + "?sslmode=verify-full&sslrootcert=" + written);
    assertEquals("verify-full", address.properties().getProperty("sslmode"));
    assertEquals(ca.toString(), address.properties().getProperty("sslrootcert"));
    var url = address.url("muster");
    assertEquals("postgresql://db:5432/muster?sslmode=verify-full", url);
    var services = address.tls().environment(url);
    assertEquals(ca.toString(), services.get("MUSTER_DATABASE_CA_FILE"));
    assertEquals("true", services.get("QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM"));
    assertEquals(
        ca.toString(), services.get("QUARKUS_DATASOURCE_REACTIVE_TRUST_CERTIFICATE_PEM_CERTS"));
    assertEquals(
        "HTTPS", services.get("QUARKUS_DATASOURCE_REACTIVE_HOSTNAME_VERIFICATION_ALGORITHM"));
    assertTrue(services.get("QUARKUS_DATASOURCE_JDBC_URL").endsWith("&sslrootcert=" + encoded(ca)));
    assertFalse(services.containsKey("QUARKUS_DATASOURCE_REACTIVE_TRUST_ALL"));
  }

  private static String encoded(Path file) {
    return java.net.URLEncoder.encode(file.toString(), java.nio.charset.StandardCharsets.UTF_8)
        .replace("+", "%20");
  }
}
