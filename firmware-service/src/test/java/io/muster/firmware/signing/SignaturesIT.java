package io.muster.firmware.signing;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.artifacts.ArtifactTable;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Who vouches for an artifact, and for how long. */
class SignaturesIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final Author BY = new Author("pat", null);
  private static final TenantId TENANT = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final String SHA256 = "2c".repeat(32);

  @TempDir Path folder;
  private PlainParts parts;
  private Signatures signatures;
  private UUID artifact;

  @BeforeEach
  void wire() throws Exception {
    var clock = Clock.systemUTC();
    parts = new PlainParts(DATABASE, folder, clock);
    var limits = Map.of("muster.firmware.signing.keys-per-tenant", "2");
    signatures =
        new Signatures(parts.database, parts.changes, config(SigningConfig.class, limits), clock);
    artifact = UUID.randomUUID();
    DATABASE.run(
        "INSERT INTO artifact (id, tenant, filename, sha256, sha1, md5, size_bytes, created_at,"
            + " created_by) VALUES ('%s', '%s', 'a.bin', '%s', '', '', 1, now(), 'pat')"
                .formatted(artifact, TENANT, SHA256));
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void aDeletedKeyVouchesForNothingAndAnotherGoesOn() throws Exception {
    var first = pair();
    var second = pair();
    var old = add(TENANT, first);
    var next = add(TENANT, second);
    sign(old, first);
    assertTrue(isSigned());
    sign(next, second);
    signatures.deleteKey(TENANT, old.id(), BY);
    assertTrue(isSigned());
    assertEquals(1, signatures.of(TENANT, artifact).size());
    signatures.deleteKey(TENANT, next.id(), BY);
    assertFalse(isSigned());
    assertEquals(List.of(), signatures.of(TENANT, artifact));
    assertEquals(
        2, DATABASE.number("SELECT count(*) FROM audit WHERE action = 'signing-key-deleted'"));
  }

  /** As by somebody who can write to the database and has no key. */
  @Test
  void rowsAloneAreNobodysWord() throws Exception {
    var pair = pair();
    sign(add(TENANT, pair), pair);
    DATABASE.run(
        "UPDATE artifact_signature"
            + " SET signature = set_byte(signature, 0, get_byte(signature, 0) # 1)");
    assertFalse(isSigned());
    DATABASE.run(
        "UPDATE artifact_signature"
            + " SET signature = set_byte(signature, 0, get_byte(signature, 0) # 1)");
    assertTrue(isSigned());
    // Other bytes under the same row.
    DATABASE.run("UPDATE artifact SET sha256 = '" + "2d".repeat(32) + "'");
    assertFalse(isSigned());
  }

  @Test
  void aTenantHasAKeyOnceAndOthersMayHaveItToo() throws Exception {
    var pair = pair();
    add(TENANT, pair);
    var refused = assertThrows(RefusedException.class, () -> add(TENANT, pair)).refusal();
    var conflict = assertInstanceOf(Refusal.Conflict.class, refused);
    assertEquals("name-taken", conflict.kind());
    assertTrue(conflict.detail().contains("has this key already"), conflict.detail());
    add(OTHER, pair);
    assertEquals(1, signatures.keys(TENANT).size());
  }

  @Test
  void aTenantHasSoManyKeys() throws Exception {
    var first = add(TENANT, pair());
    add(TENANT, pair());
    var more = pair();
    var refused = assertThrows(RefusedException.class, () -> add(TENANT, more)).refusal();
    assertEquals(new Refusal.LimitReached("signing keys of the tenant", 2), refused);
    add(OTHER, more);
    signatures.deleteKey(TENANT, first.id(), BY);
    add(TENANT, more);
  }

  @Test
  void nobodyDeletesOrUsesAKeyOfAnother() throws Exception {
    var pair = pair();
    var theirs = add(OTHER, pair);
    assertAbsent(() -> signatures.deleteKey(TENANT, theirs.id(), BY));
    var refused = assertThrows(RefusedException.class, () -> sign(theirs, pair)).refusal();
    var errors = assertInstanceOf(Refusal.Meaningless.class, refused).errors();
    assertEquals("/signingKey", errors.getFirst().pointer());
    assertAbsent(() -> signatures.of(OTHER, artifact));
    assertFalse(isSigned());
  }

  private static void assertAbsent(Executable step) {
    var refused = assertThrows(RefusedException.class, step);
    assertInstanceOf(Refusal.Absent.class, refused.refusal());
  }

  private boolean isSigned() {
    return parts.database.use(
        db ->
            SignatureTable.isSigned(
                db, TENANT, ArtifactTable.find(db, TENANT, artifact).orElseThrow()));
  }

  private void sign(SigningKey key, KeyPair pair) throws Exception {
    var signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(HexFormat.of().parseHex(SHA256));
    var signature = Base64.getEncoder().encodeToString(signer.sign());
    signatures.sign(TENANT, artifact, new SignatureBody(key.id(), signature), BY);
  }

  private SigningKey add(TenantId tenant, KeyPair pair) {
    return signatures.addKey(tenant, new SigningKeyBody("release", pem(pair)), BY);
  }

  private static KeyPair pair() throws Exception {
    return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  private static String pem(KeyPair pair) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }
}
