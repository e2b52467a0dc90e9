package io.muster.systemtests.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.systemtests.devices.TestDevice;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;

/**
 * A certificate that nobody has signed but its device, made with openssl as the guide shows it.
 *
 * @param certificate PEM
 * @param key PEM
 */
public record DeviceCertificate(Path certificate, Path key) {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final long PATIENCE_SECONDS = 60;
  private static final DateTimeFormatter ASN1_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final String SELF =
      """
      [ca]
      default_ca = self
      [self]
      database = %s/index.txt
      new_certs_dir = %s
      rand_serial = yes
      default_md = sha256
      policy = any
      [any]
      commonName = supplied
      """;

  /**
   * Makes one.
   *
   * @param folder where its files go
   * @param kind of the key: EC, RSA or ED25519
   */
  public static DeviceCertificate make(Path folder, String kind)
      throws IOException, InterruptedException {
    CommandLineTools.require("openssl");
    var made = new DeviceCertificate(folder.resolve("device.crt"), folder.resolve("device.key"));
    var command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-days", "2"));
    command.addAll(
        switch (kind) {
          case "EC" -> List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
          case "RSA" -> List.of("-newkey", "rsa:2048");
          default -> List.of("-newkey", kind);
        });
    command.addAll(
        List.of(
            "-subj",
            "/CN=device",
            "-keyout",
            made.key.toString(),
            "-out",
            made.certificate.toString()));
    run(command);
    return made;
  }

  /**
   * Makes one that holds from now on and not for long, which {@code openssl req} can do by the day
   * only.
   */
  public static DeviceCertificate endingAt(Path folder, Instant end)
      throws IOException, InterruptedException {
    CommandLineTools.require("openssl");
    var made = new DeviceCertificate(folder.resolve("device.crt"), folder.resolve("device.key"));
    var request = folder.resolve("device.csr").toString();
    var authority = Files.writeString(folder.resolve("self.cnf"), SELF.formatted(folder, folder));
    Files.createFile(folder.resolve("index.txt"));
    run(
        List.of(
            "openssl",
            "req",
            "-new",
            "-nodes",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-subj",
            "/CN=device",
            "-keyout",
            made.key.toString(),
            "-out",
            request));
    run(
        List.of(
            "openssl",
            "ca",
            "-batch",
            "-selfsign",
            "-notext",
            "-config",
            authority.toString(),
            "-keyfile",
            made.key.toString(),
            "-in",
            request,
            "-startdate",
            ASN1_TIME.format(end.minus(Duration.ofHours(1))),
            "-enddate",
            ASN1_TIME.format(end),
            "-out",
            made.certificate.toString()));
    return made;
  }

  /**
   * Registers it for a device.
   *
   * @return the URL of the credential
   */
  public String register(RunningStack stack, TestDevice device) throws IOException {
    var body = Map.of("kind", "certificate", "certificate", Files.readString(certificate));
    var credentials = stack.credentials(device.address());
    var created =
        stack
            .http()
            .post(credentials, stack.tokens().admin(), new ObjectMapper().writeValueAsString(body))
            .expect(201)
            .json();
    assertEquals("CN=device", created.path("subject").asText());
    return credentials + "/" + created.path("id").asText();
  }

  /** For a client written in Java. */
  public KeyManagerFactory keys() throws Exception {
    var file = certificate.resolveSibling("device.p12");
    run(
        List.of(
            "openssl",
            "pkcs12",
            "-export",
            "-in",
            certificate.toString(),
            "-inkey",
            key.toString(),
            "-passout",
            "pass:" + new String(PASSWORD),
            "-out",
            file.toString()));
    var store = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    var keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    return keys;
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    var output = File.createTempFile("openssl", ".out");
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "openssl hangs");
    assertEquals(0, process.exitValue(), Files.readString(output.toPath()));
  }
}
