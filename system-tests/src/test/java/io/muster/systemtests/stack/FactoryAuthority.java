package io.muster.systemtests.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.TenantId;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A certificate authority as a maker of devices has one, made with openssl as the guide shows it.
 *
 * @param folder its files
 */
public record FactoryAuthority(Path folder) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 60;

  /** Makes one. */
  public static FactoryAuthority make(Path folder) throws IOException, InterruptedException {
    CommandLineTools.require("openssl");
    var authority = new FactoryAuthority(folder);
    authority.openssl(
        "req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=factory"
            + " -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.crt");
    return authority;
  }

  /**
   * Registers it for a tenant, and shows that its key is held.
   *
   * @return its URL
   */
  public String register(RunningStack stack, TenantId tenant) throws Exception {
    var authorities = stack.registry() + "/api/v1/tenants/" + tenant + "/certificate-authorities";
    var token = stack.tokens().admin();
    var announced = stack.http().post(authorities, token, certificate("ca.crt")).expect(201).json();
    var url = authorities + "/" + announced.path("id").asText();
    sign(announced.path("code").asText(), "proof", 1);
    var proven = stack.http().post(url + "/proof", token, certificate("proof.crt")).expect(200);
    assertEquals("active", proven.json().path("state").asText());
    return url;
  }

  /** A device's certificate and key. */
  public DeviceCertificate device(String id) throws Exception {
    return device(id, 1);
  }

  /** The same, whose end has passed. */
  public DeviceCertificate expired(String id) throws Exception {
    return device(id, -1);
  }

  private DeviceCertificate device(String id, int days) throws Exception {
    sign(id, "device", days);
    return new DeviceCertificate(folder.resolve("device.crt"), folder.resolve("device.key"));
  }

  private void sign(String commonName, String name, int days) throws Exception {
    openssl(
        "req -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=%s -keyout %s.key -out %s.csr"
            .formatted(commonName, name, name));
    openssl(
        "x509 -req -days %d -in %s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out %s.crt"
            .formatted(days, name, name));
  }

  private String certificate(String file) throws IOException {
    return JSON.writeValueAsString(Map.of("certificate", Files.readString(folder.resolve(file))));
  }

  private void openssl(String arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    var output = File.createTempFile("openssl", ".out");
    var process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "openssl hangs");
    assertEquals(0, process.exitValue(), Files.readString(output.toPath()));
  }
}
