package io.muster.firmware.manifest;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.event.ContractJson;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.muster.rest.versions.IfMatch;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** How one key for manifests takes over from another, at several instances. */
class ManifestKeyRotationIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final Author PAT = new Author("pat", "127.0.0.1");
  private static final IfMatch ANY = new IfMatch.Any();

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private PlainParts parts;
  private Instance here;

  @BeforeEach
  void wire() throws IOException {
    parts = new PlainParts(DATABASE, folder, clock);
    here = new Instance(Map.of());
    here.keys.register();
  }

  @AfterEach
  void close() {
    parts.close();
  }

  /** An instance of the service, with the keys of the folder unless told otherwise. */
  private final class Instance {
    final ManifestConfig config;
    final ManifestKeys keys;
    final KeyRotation rotation;

    Instance(Map<String, String> settings) {
      var file = folder.resolve("manifest.key").toString();
      config =
          settings.isEmpty()
              ? config(ManifestConfig.class, Map.of("muster.firmware.manifest.key-file", file))
              : config(ManifestConfig.class, settings);
      var files = new KeyFiles(config);
      keys = new ManifestKeys(parts.database, parts.changes, files, config, clock);
      rotation = new KeyRotation(keys, parts.changes, files, clock);
    }

    /** Which key signs. */
    String kid() {
      return signing().key().id();
    }

    ManifestKeys.Signing signing() {
      return parts.database.use(keys::signing);
    }

    KeyEntry rotate(Instant signsFrom, Instant previousUntil) {
      return rotate(ANY, signsFrom, previousUntil);
    }

    KeyEntry rotate(IfMatch ifMatch, Instant signsFrom, Instant previousUntil) {
      var body = new ManifestKeyBody(signsFrom, previousUntil);
      return rotation.rotate(NextKey.of(body, ifMatch, config, clock.instant()), PAT);
    }

    List<ManifestKeyView> published() {
      var all = keys.all();
      var now = clock.instant();
      return ManifestKeyView.of(all.ring().published(now), all.signing().orElse(null), now);
    }

    String states() {
      return String.join(" ", published().stream().map(it -> it.state().label()).toList());
    }
  }

  @Test
  void aNextKeyIsPublishedBeforeItSignsAndTheOneBeforeAfterIt() {
    var first = here.kid();
    assertEquals("signing", here.states());
    var next = here.rotate(null, null);
    assertEquals(first, here.kid());
    assertEquals("signing next", here.states());
    clock.advance(Duration.ofDays(30).minusSeconds(1));
    assertEquals(first, here.kid());
    clock.advance(Duration.ofSeconds(1));
    assertEquals(next.id(), here.kid());
    assertEquals("previous signing", here.states());
    clock.advance(Duration.ofDays(90));
    assertEquals("signing", here.states());
    assertEquals(2, here.keys.all().ring().keys().size());
  }

  @Test
  void aDeviceThatTrustsOneKeyFollowsToTheNextAndTheOneAfter() throws Exception {
    var built = pem(here.published().getFirst().publicKey());
    here.rotate(null, null);
    clock.advance(Duration.ofDays(31));
    here.rotate(null, null);
    clock.advance(Duration.ofDays(31));
    var trusted = built;
    for (var key : here.published().subList(1, 3)) {
      var word = verified(key.introduction(), trusted);
      assertEquals(key.id(), word.at("/key/kid").asText());
      assertEquals(key.signsFrom().getEpochSecond(), word.path("nbf").asLong());
      trusted = jwk(word.path("key"));
      assertEquals(pem(key.publicKey()), trusted);
    }
    var signed = Jws.sign(here.signing().key(), "test", Map.of());
    verified(signed, trusted);
    assertThrows(AssertionError.class, () -> verified(signed, built));
  }

  @Test
  void twoInstancesThatRotateAtOnceMakeOneKey() throws Exception {
    var there = new Instance(Map.of());
    there.keys.register();
    var seen = new IfMatch.OneOf(java.util.Set.of(here.keys.all().version()));
    Callable<KeyEntry> one = () -> here.rotate(seen, null, null);
    Callable<KeyEntry> other = () -> there.rotate(seen, null, null);
    var made = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : threads.invokeAll(List.of(one, other, one, other))) {
        try {
          done.get();
          made++;
        } catch (ExecutionException refused) {
          var cause = assertInstanceOf(RefusedException.class, refused.getCause());
          assertInstanceOf(Refusal.VersionMismatch.class, cause.refusal());
        }
      }
    }
    assertEquals(1, made);
    assertEquals("signing next", there.states());
    clock.advance(Duration.ofDays(30));
    assertEquals(here.kid(), there.kid());
  }

  @Test
  void theNextKeysFileIsItsOwnersAloneAndGoesWithIt() throws IOException {
    var next = here.rotate(null, null);
    var file = folder.resolve("manifest-" + next.id() + ".key");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    here.rotation.withdraw(next.id(), ANY, PAT);
    assertFalse(Files.exists(file));
    assertEquals("signing", here.states());
    // It has no end any more.
    assertNull(here.published().getFirst().publishedUntil());
    assertInstanceOf(
        Refusal.Absent.class, refusal(() -> here.rotation.withdraw(next.id(), ANY, PAT)));
    here.rotate(null, null);
    assertEquals("signing next", here.states());
  }

  @Test
  void aKeyThatOthersMayHaveIsReplacedAtOnceAndThenWithdrawn() {
    var stolen = here.kid();
    assertInstanceOf(
        Refusal.Conflict.class, refusal(() -> here.rotation.withdraw(stolen, ANY, PAT)));
    var next = here.rotate(clock.instant(), null);
    assertEquals(next.id(), here.kid());
    here.rotation.withdraw(stolen, ANY, PAT);
    assertEquals("signing", here.states());
    // Its word for the next one is nobody's.
    assertNull(here.published().getFirst().introduction());
  }

  @Test
  void whatCannotBeServedIsRefused() {
    var now = clock.instant();
    assertInstanceOf(
        Refusal.Meaningless.class, refusal(() -> here.rotate(now.minusSeconds(61), null)));
    assertInstanceOf(
        Refusal.Meaningless.class,
        refusal(() -> here.rotate(now, now.plus(Duration.ofDays(7)).minusSeconds(1))));
    assertInstanceOf(Refusal.Meaningless.class, refusal(() -> here.rotate(Instant.MAX, null)));
    assertInstanceOf(Refusal.Meaningless.class, refusal(() -> here.rotate(now, Instant.MAX)));
    var seen = new IfMatch.OneOf(java.util.Set.of(here.keys.all().version() + 1));
    assertInstanceOf(Refusal.VersionMismatch.class, refusal(() -> here.rotate(seen, null, null)));
    here.rotate(null, null);
    assertInstanceOf(Refusal.Conflict.class, refusal(() -> here.rotate(null, null)));
  }

  @Test
  void aBoundedNumberOfKeysIsPublished() {
    for (var i = 1; i < 8; i++) {
      here.rotate(clock.instant(), null);
    }
    assertInstanceOf(Refusal.LimitReached.class, refusal(() -> here.rotate(clock.instant(), null)));
    clock.advance(Duration.ofDays(90));
    assertEquals("signing", here.states());
    here.rotate(null, null);
  }

  @Test
  void anInstanceWithoutTheFileGoesOnWithTheKeyBeforeAsLongAsThatIsPublished() throws IOException {
    var first = here.kid();
    var own = Files.createDirectory(folder.resolve("own")).resolve("manifest.key");
    Files.copy(folder.resolve("manifest.key"), own);
    var there = new Instance(Map.of("muster.firmware.manifest.key-file", own.toString()));
    there.keys.register();
    var next = here.rotate(clock.instant(), null);
    assertEquals(next.id(), here.kid());
    assertEquals(first, there.kid());
    assertFalse(there.signing().isNewest());
    clock.advance(Duration.ofDays(90));
    assertInstanceOf(Refusal.Unavailable.class, refusal(there::kid));
    // The file comes late.
    Files.copy(
        folder.resolve("manifest-" + next.id() + ".key"),
        own.resolveSibling("manifest-" + next.id() + ".key"));
    assertEquals(next.id(), there.kid());
  }

  @Test
  void aRestartChangesNothingAndAFileThatIsGoneIsNotMadeAnew() throws IOException {
    var first = here.kid();
    here.rotate(clock.instant(), null);
    var again = new Instance(Map.of());
    again.keys.register();
    assertEquals(here.kid(), again.kid());
    Files.delete(folder.resolve("manifest.key"));
    var without = new Instance(Map.of());
    without.keys.register();
    assertEquals(2, without.published().size());
    assertEquals(here.kid(), without.kid());
    assertFalse(first.equals(without.kid()));
  }

  @Test
  void whoPutsAnotherKeyIntoTheFileWantsItToSign() throws IOException {
    var first = here.kid();
    var file = folder.resolve("manifest.key");
    Files.delete(file);
    ManifestKey.of(file);
    var again = new Instance(Map.of());
    again.keys.register();
    assertFalse(first.equals(again.kid()));
    assertEquals("previous signing", again.states());
    assertEquals(2, audited("manifest-key-found"));
  }

  @Test
  void whoMadeAndWithdrewWhichIsInTheAuditOfThePlatform() {
    var next = here.rotate(null, null);
    here.rotation.withdraw(next.id(), ANY, PAT);
    assertEquals(1, audited("manifest-key-created"));
    assertEquals(1, audited("manifest-key-withdrawn"));
  }

  private static long audited(String action) {
    return DATABASE.number(
        "SELECT count(*) FROM audit WHERE tenant = 'platform' AND action = '" + action + "'");
  }

  private static Refusal refusal(Runnable refused) {
    return assertThrows(RefusedException.class, refused::run).refusal();
  }

  /** As a device does it: with what it trusts and nothing else. */
  private static JsonNode verified(String jws, PublicKey trusted) throws Exception {
    var levels = jws.split("\\.");
    var check = Signature.getInstance("SHA256withECDSAinP1363Format");
    check.initVerify(trusted);
    check.update((levels[0] + "." + levels[1]).getBytes(StandardCharsets.US_ASCII));
    assertTrue(check.verify(Base64.getUrlDecoder().decode(levels[2])));
    return ContractJson.mapper().readTree(Base64.getUrlDecoder().decode(levels[1]));
  }

  private static PublicKey pem(String pem) throws Exception {
    var der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
  }

  private static PublicKey jwk(JsonNode jwk) throws Exception {
    var curve = AlgorithmParameters.getInstance("EC");
    curve.init(new ECGenParameterSpec("secp256r1"));
    var point = new ECPoint(coordinate(jwk, "x"), coordinate(jwk, "y"));
    return KeyFactory.getInstance("EC")
        .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
  }

  private static BigInteger coordinate(JsonNode jwk, String name) {
    var bytes = Base64.getUrlDecoder().decode(jwk.path(name).asText());
    assertEquals(32, bytes.length);
    return new BigInteger(1, bytes);
  }
}
