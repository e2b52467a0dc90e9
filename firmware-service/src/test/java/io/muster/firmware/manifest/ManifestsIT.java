package io.muster.firmware.manifest;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.firmware.actions.ActionTable;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.signing.VerifyingKey;
import io.muster.firmware.store.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A manifest as a device reads it, with nothing but the published key. */
class ManifestsIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "lamp-1");
  private static final long WEEK_SECONDS = 7 * 24 * 3_600;

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private PlainParts parts;
  private Manifests manifests;
  private String sha256;
  private byte[] key;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, clock);
    parts.registry.add(DEVICE);
    var file = folder.resolve("manifest.key").toString();
    var config = config(ManifestConfig.class, Map.of("muster.firmware.manifest.key-file", file));
    var keys = new ManifestKeys(parts.database, parts.changes, new KeyFiles(config), config, clock);
    keys.register();
    manifests = new Manifests(keys, parts.database, config, new SimpleMeterRegistry(), clock);
    makeADistribution();
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void aDeviceFindsInItAllThatItMustVerify() throws Exception {
    var first = read(manifestOfNewAction());
    assertEquals("acme", first.path("tenant").asText());
    assertEquals("lamp-1", first.path("device").asText());
    assertEquals(1, first.path("counter").asLong());
    assertEquals(clock.instant().getEpochSecond(), first.path("iat").asLong());
    assertEquals(WEEK_SECONDS, first.path("exp").asLong() - first.path("iat").asLong());
    assertEquals("1.0", first.path("version").asText());
    assertEquals("lamp", first.at("/deviceTypes/0").asText());
    assertEquals("os", first.at("/parts/0/part").asText());
    var file = first.at("/parts/0/files/0");
    assertEquals(5, file.path("sizeBytes").asLong());
    assertEquals(sha256, file.path("sha256").asText());
    var vouched = file.at("/signatures/0");
    assertEquals("release", vouched.path("key").asText());
    assertTrue(
        VerifyingKey.ofStored(key)
            .verifies(
                new Sha256(sha256),
                Base64.getDecoder().decode(vouched.path("signature").asText())));
    // An older distribution that somebody gives again has a higher counter.
    assertEquals(2, read(manifestOfNewAction()).path("counter").asLong());
  }

  @Test
  void whatIsChangedInItDoesNotVerify() throws Exception {
    var parts = manifestOfNewAction().split("\\.");
    var payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
    var forged = payload.replace("\"counter\":1", "\"counter\":9");
    assertFalse(forged.equals(payload));
    assertFalse(
        verifies(
            parts[0]
                + "."
                + Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(forged.getBytes(StandardCharsets.UTF_8))
                + "."
                + parts[2]));
  }

  private String manifestOfNewAction() {
    return parts.database.inTransaction(
        db -> {
          var distribution =
              DistributionTable.find(db, DEVICE.tenant(), new UUID(0, 3)).orElseThrow();
          var target = parts.targets.existing(DEVICE);
          var number = parts.actions.start(db, target.key(), distribution, true, "pat");
          var action = ActionTable.find(db, target.key(), number).orElseThrow();
          return manifests.sign(db, DEVICE, action, distribution);
        });
  }

  private JsonNode read(String jws) throws Exception {
    assertTrue(verifies(jws));
    var parts = jws.split("\\.");
    var header = ContractJson.mapper().readTree(Base64.getUrlDecoder().decode(parts[0]));
    assertEquals("ES256", header.path("alg").asText());
    assertEquals(manifests.signing().id(), header.path("kid").asText());
    return ContractJson.mapper().readTree(Base64.getUrlDecoder().decode(parts[1]));
  }

  private boolean verifies(String jws) throws Exception {
    var parts = jws.split("\\.");
    var der = manifests.signing().publicKey();
    var check = Signature.getInstance("SHA256withECDSAinP1363Format");
    check.initVerify(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der)));
    check.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    return check.verify(Base64.getUrlDecoder().decode(parts[2]));
  }

  /** Of one file that the tenant's key has signed. */
  private void makeADistribution() throws Exception {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    key = pair.getPublic().getEncoded();
    var digest =
        MessageDigest.getInstance("SHA-256").digest("image".getBytes(StandardCharsets.US_ASCII));
    sha256 = HexFormat.of().formatHex(digest);
    var signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(digest);
    var signature = HexFormat.of().formatHex(signer.sign());
    run(
        "INSERT INTO artifact (%s, filename, sha256, sha1, md5, size_bytes)"
            + " VALUES ('%s', %s, 'a.swu', '"
            + sha256
            + "', '', '', 5)",
        1);
    run(
        "INSERT INTO software_module (%s, name, version, type)"
            + " VALUES ('%s', %s, 'base', '1.0', 'firmware')",
        2);
    run(
        "INSERT INTO distribution (%s, name, version, device_types, released_at)"
            + " VALUES ('%s', %s, 'lamp', '1.0', '{lamp}', now())",
        3);
    run(
        "INSERT INTO signing_key (%s, name, algorithm, public_key)"
            + " VALUES ('%s', %s, 'release', 'ed25519', '\\x"
            + HexFormat.of().formatHex(key)
            + "')",
        4);
    DATABASE.run(
        "INSERT INTO module_artifact SELECT m.key, a.key, 0, 'a.swu'"
            + " FROM software_module AS m, artifact AS a");
    DATABASE.run(
        "INSERT INTO distribution_module SELECT d.key, m.key, 0"
            + " FROM distribution AS d, software_module AS m");
    DATABASE.run(
        "INSERT INTO artifact_signature SELECT a.key, k.key, '\\x"
            + signature
            + "', now(), 'pat' FROM artifact AS a, signing_key AS k");
  }

  private static void run(String insert, int id) {
    DATABASE.run(
        insert.formatted(
            "id, tenant, created_at, created_by", new UUID(0, id), "'acme', now(), 'pat'"));
  }
}
