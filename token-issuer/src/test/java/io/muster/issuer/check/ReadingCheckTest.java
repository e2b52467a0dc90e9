package io.muster.issuer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.issuer.CertificatesForTests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingCheckTest {
  @TempDir Path folder;
  private FakeInstallation installation;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws Exception {
    var tls = CertificatesForTests.make(folder, "endpoint.test");
    installation = new FakeInstallation(tls.server());
    environment = new HashMap<>();
    environment.put("MUSTER_CHECK_REGISTRY", installation.url());
    environment.put("MUSTER_CHECK_INGEST", installation.url());
    environment.put("MUSTER_CHECK_ENDPOINT", "127.0.0.1:" + installation.endpointPort());
    environment.put("MUSTER_CHECK_ENDPOINT_NAME", "endpoint.test");
    environment.put("MUSTER_CHECK_ENDPOINT_CA_FILE", tls.authority().toString());
    environment.put(
        "MUSTER_CHECK_TOKEN_FILE",
        Files.writeString(folder.resolve("token"), FakeInstallation.TOKEN + "\n").toString());
  }

  @AfterEach
  void stop() throws IOException {
    installation.close();
  }

  @Test
  void aReadingGoesInAndComesBack() {
    var said = run(0);
    assertTrue(said.contains("read back"), said);
    assertTrue(installation.devices.isEmpty(), "the device is deleted");
  }

  @Test
  void anEndpointThatShowsAnotherNameIsNotBelieved() {
    environment.remove("MUSTER_CHECK_ENDPOINT_NAME");
    run(1);
    assertEquals(0, installation.connects.get());
    assertTrue(installation.devices.isEmpty(), "the device is deleted all the same");
  }

  @Test
  void aDeviceThatIsRefusedIsSaid() {
    installation.returnCode = 5;
    assertTrue(run(1).contains("return code 5"));
  }

  @Test
  void aServiceThatRefusesIsSaidWithoutTheToken() {
    installation.status = 403;
    var said = run(1);
    assertTrue(said.contains("403"), said);
    assertTrue(!said.contains(FakeInstallation.TOKEN), said);
  }

  @Test
  void aSettingThatIsMissingIsSaid() {
    environment.remove("MUSTER_CHECK_INGEST");
    assertTrue(run(1).contains("MUSTER_CHECK_INGEST"));
  }

  private String run(int expected) {
    var bytes = new ByteArrayOutputStream();
    var code = ReadingCheck.run(environment, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    var said = bytes.toString(StandardCharsets.UTF_8);
    assertEquals(expected, code, said);
    return said;
  }
}
