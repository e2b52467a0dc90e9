package io.muster.firmware.settings;

import static io.muster.firmware.HandWired.bean;
import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.firmware.problem.ConflictKind;
import io.muster.firmware.targets.TargetToken;
import io.muster.firmware.targets.TokenRequests;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.muster.rest.versions.IfMatch;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A tenant's gateway token, and what the audit knows of its settings. */
class SettingsIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final Author BY = new Author("pat", null);
  private static final TenantId TENANT = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private PlainParts parts;
  private Settings settings;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, clock);
    var limits =
        config(Class.forName("io.muster.firmware.targets.TargetConfig"), Map.<String, String>of());
    settings =
        new Settings(parts.database, parts.changes, bean(TokenRequests.class, limits, clock));
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void whoseAnswerWasLostGetsAnotherGatewayTokenInPlaceOfTheUnusedOne() {
    var lost = make(TENANT, "k");
    var again = make(TENANT, "k");
    assertNotEquals(lost, again);
    assertIs(again);
    make(OTHER, "k");
    var before = settings.read(TENANT);
    settings.gatewayTokenUsed(TENANT, before);
    assertConflict("k");
    assertIs(again);
    // It was used, and that is about the one that there was.
    var next = make(TENANT, "l");
    settings.gatewayTokenUsed(TENANT, before);
    assertIs(next);
    assertEquals(false, settings.read(TENANT).gatewayTokenUsed());
  }

  @Test
  void aGatewayTokenThatIsNotTheOneAnyMoreIsNotReplaced() {
    make(TENANT, "k");
    make(TENANT, "l");
    assertConflict("k");
    settings.deleteGatewayToken(TENANT, BY);
    assertConflict("l");
    make(TENANT, null);
    assertConflict("l");
  }

  @Test
  void theAuditSaysWhatWasChangedToWhat() {
    settings.write(TENANT, new SettingsBody(false, null, 60), IfMatch.required("\"0\""), BY);
    assertEquals(1, entries("signatureRequired=false"));
    assertEquals(1, entries("pollingSeconds=60"));
    assertEquals(0, entries("confirmationRequired=false"));
    settings.write(TENANT, new SettingsBody(false, null, 60), IfMatch.required("\"1\""), BY);
    assertEquals(2, DATABASE.number("SELECT count(*) FROM audit"));
    settings.write(TENANT, new SettingsBody(null, null, null), IfMatch.required("\"2\""), BY);
    assertEquals(1, entries("signatureRequired=true"));
    assertEquals(1, entries("pollingSeconds=default"));
  }

  private static long entries(String what) {
    return DATABASE.number(
        "SELECT count(*) FROM audit WHERE action = 'firmware-settings-changed'"
            + " AND tenant = 'acme' AND actor = 'pat' AND subject = 'firmware-settings/"
            + what
            + "'");
  }

  private String make(TenantId tenant, String key) {
    return settings.makeGatewayToken(tenant, Optional.ofNullable(key).map(IdempotencyKey::new), BY);
  }

  private void assertIs(String token) {
    assertArrayEquals(
        TargetToken.sha256(token), settings.read(TENANT).gatewayTokenSha256().orElseThrow());
  }

  private void assertConflict(String key) {
    var refused = assertThrows(RefusedException.class, () -> make(TENANT, key)).refusal();
    assertEquals(
        ConflictKind.IDEMPOTENCY_KEY_USED.label(),
        assertInstanceOf(Refusal.Conflict.class, refused).kind());
  }
}
