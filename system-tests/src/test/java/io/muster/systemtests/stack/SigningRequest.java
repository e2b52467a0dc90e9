package io.muster.systemtests.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;

/**
 * A key of a device and a request to certify it, made with openssl as the guide shows it.
 *
 * @param folder where its files are
 * @param name of the files, without their endings
 */
public record SigningRequest(Path folder, String name) {
  private static final long PATIENCE_SECONDS = 60;

  /** Makes both. */
  public static SigningRequest make(Path parent, String name)
      throws IOException, InterruptedException {
    CommandLineTools.require("openssl");
    // A folder of its own: what is made of a certificate goes beside it.
    var made = new SigningRequest(Files.createDirectory(parent.resolve(name)), name);
    made.openssl(
        "req -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=ignored -keyout %s.key -out %s.csr"
            .formatted(name, name));
    return made;
  }

  /** The request. */
  public String pem() throws IOException {
    return Files.readString(file("csr"));
  }

  /** With the certificate that came of it. */
  public DeviceCertificate certificate(String pem) throws IOException {
    Files.writeString(file("crt"), pem);
    return new DeviceCertificate(file("crt"), file("key"));
  }

  /** With what its device renews the certificate, in the place of a password (RFC 7515 §4.1.6). */
  public String token(String userName) throws Exception {
    return tokenWithTheChainOf(this, userName);
  }

  /** The same, with a certificate that may be another one's. */
  public String tokenWithTheChainOf(SigningRequest other, String userName) throws Exception {
    var claims = new JwtClaims();
    claims.setAudience("muster-registry");
    claims.setSubject(userName);
    claims.setIssuedAtToNow();
    claims.setExpirationTimeMinutesInTheFuture(5);
    var signature = new JsonWebSignature();
    signature.setPayload(claims.toJson());
    signature.setKey(key());
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
    signature.getHeaders().setObjectHeaderValue("x5c", List.of(base64(other.file("crt"))));
    return signature.getCompactSerialization();
  }

  private PrivateKey key() throws Exception {
    var pkcs8 = Base64.getDecoder().decode(base64(file("key")));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  /** What stands between the lines of PEM. */
  private static String base64(Path pem) throws IOException {
    return Files.readAllLines(pem).stream()
        .filter(line -> !line.startsWith("-----"))
        .reduce("", String::concat);
  }

  private Path file(String ending) {
    return folder.resolve(name + "." + ending);
  }

  private void openssl(String arguments) throws IOException, InterruptedException {
    var command = new java.util.ArrayList<>(List.of("openssl"));
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
