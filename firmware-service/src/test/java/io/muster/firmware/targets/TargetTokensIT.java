package io.muster.firmware.targets;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.firmware.problem.ConflictKind;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** When target tokens hold, and how many there may be. */
class TargetTokensIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final Author BY = new Author("pat", null);
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "lamp-1");
  private static final DeviceAddress OTHER = DeviceAddress.of("acme", "lamp-2");

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private PlainParts parts;
  private TargetTokens tokens;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, clock);
    parts.registry.add(DEVICE);
    parts.registry.add(OTHER);
    var limits = config(TargetConfig.class, Map.of());
    tokens =
        new TargetTokens(
            parts.targets,
            parts.database,
            parts.changes,
            new TokenRequests(limits, clock),
            limits,
            clock);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void oneHoldsFromItsBeginningToItsEnd() {
    var now = clock.instant();
    var token = make(DEVICE, now.plusSeconds(60), now.plusSeconds(120)).token();
    clock.advance(Duration.ofSeconds(60).minusMillis(1));
    assertNobody(DEVICE, token);
    clock.advance(Duration.ofMillis(1));
    assertHolds(token);
    clock.advance(Duration.ofSeconds(60).minusMillis(1));
    assertHolds(token);
    clock.advance(Duration.ofMillis(1));
    assertNobody(DEVICE, token);
  }

  @Test
  void oneWithoutAnEndHoldsForEver() {
    var token = make(DEVICE).token();
    assertHolds(token);
    clock.advance(Duration.ofDays(10_000));
    assertHolds(token);
  }

  @Test
  void severalHoldSideBySideAndADeletedOneHoldsNoMore() {
    var old = make(DEVICE);
    var next = make(DEVICE);
    assertHolds(old.token());
    assertHolds(next.token());
    tokens.delete(DEVICE, old.id(), BY);
    assertNobody(DEVICE, old.token());
    assertHolds(next.token());
    assertEquals(1, tokens.list(DEVICE).size());
    assertEquals(
        1, DATABASE.number("SELECT count(*) FROM audit WHERE action = 'target-token-deleted'"));
  }

  @Test
  void oneIsOfItsDeviceAlone() {
    var token = make(DEVICE);
    assertNobody(OTHER, token.token());
    assertAbsent(() -> tokens.delete(OTHER, token.id(), BY));
    assertAbsent(() -> tokens.delete(DEVICE, UUID.randomUUID(), BY));
    assertHolds(token.token());
  }

  @Test
  void aDeviceHasEightAndNoMore() {
    var texts = new HashSet<String>();
    for (var i = 0; i < 8; i++) {
      texts.add(make(DEVICE).token());
    }
    assertEquals(8, texts.size());
    assertTrue(texts.stream().allMatch(TargetToken::isOne));
    var refused = assertThrows(RefusedException.class, () -> make(DEVICE));
    assertEquals(new Refusal.LimitReached("target tokens of the device", 8), refused.refusal());
    // Nobody counts for another, and one that goes leaves room.
    make(OTHER);
    tokens.delete(DEVICE, tokens.list(DEVICE).getFirst().id(), BY);
    make(DEVICE);
  }

  @Test
  void oneThatWouldNeverHoldIsRefused() {
    var now = clock.instant();
    for (var end : List.of(now, now.minusSeconds(1))) {
      var refused = assertThrows(RefusedException.class, () -> make(DEVICE, now, end));
      var errors = assertInstanceOf(Refusal.Meaningless.class, refused.refusal()).errors();
      assertEquals("/notAfter", errors.getFirst().pointer());
    }
  }

  @Test
  void itsTextIsShownOnceAndKeptNowhere() {
    var made = make(DEVICE, null, clock.instant().plusSeconds(1));
    var listed = tokens.list(DEVICE).getFirst();
    assertNull(listed.token());
    assertEquals(made.id(), listed.id());
    assertEquals(made.notAfter(), listed.notAfter());
    assertEquals(
        0,
        DATABASE.number(
            "SELECT count(*) FROM target_token AS t WHERE t::text LIKE '%" + made.token() + "%'"));
  }

  @Test
  void oneThatTheDeviceHasIsTakenOverAndNotShown() {
    var text = "0d1f2a3b4c5d6e7f8091a2b3c4d5e6f7";
    assertNobody(DEVICE, text);
    var taken = take(DEVICE, text, "k");
    assertNull(taken.token());
    assertHolds(text);
    assertEquals(
        1, DATABASE.number("SELECT count(*) FROM audit WHERE action = 'target-token-imported'"));
    var refused = assertThrows(RefusedException.class, () -> take(DEVICE, text, "l")).refusal();
    assertEquals("name-taken", assertInstanceOf(Refusal.Conflict.class, refused).kind());
    // A fleet with one token for all has one for each here.
    take(OTHER, text, "k");
    assertEquals(
        0,
        DATABASE.number(
            "SELECT count(*) FROM target_token AS t WHERE t::text LIKE '%" + text + "%'"));
  }

  @Test
  void aRepeatedTakingOverIsOne() {
    var text = "0d1f2a3b4c5d6e7f8091a2b3c4d5e6f7";
    var first = take(DEVICE, text, "k");
    assertEquals(first.id(), take(DEVICE, text, "k").id());
    assertHolds(text);
    assertEquals(first.id(), take(DEVICE, text, "k").id(), "though the device shows it already");
    assertEquals(1, tokens.list(DEVICE).size());
    assertConflict(() -> take(DEVICE, text.replace('0', '9'), "k"));
  }

  @Test
  void whatIsNoneOrCouldBeGuessedIsNotTakenOver() {
    for (var text :
        List.of(
            "",
            "secret",
            "0D1F2A3B4C5D6E7F8091A2B3C4D5E6F7",
            "0d1f2a3b4c5d6e7f8091a2b3c4d5e6f",
            "0".repeat(32),
            "0123456".repeat(5).substring(0, 32))) {
      var refused = assertThrows(RefusedException.class, () -> take(DEVICE, text, "k")).refusal();
      var errors = assertInstanceOf(Refusal.Meaningless.class, refused, text).errors();
      assertEquals("/token", errors.getFirst().pointer());
    }
  }

  private TargetTokenView take(DeviceAddress device, String text, String key) {
    return tokens.make(
        device, new TargetTokenBody(null, null, text), Optional.of(new IdempotencyKey(key)), BY);
  }

  @Test
  void whoseAnswerWasLostGetsAnotherInPlaceOfTheUnusedOne() {
    var lost = make("k", null);
    var again = make("k", null);
    assertNobody(DEVICE, lost.token());
    assertEquals(1, tokens.list(DEVICE).size());
    assertConflict(() -> make("k", clock.instant()));
    // Another device, or another key, is another request.
    tokens.make(
        OTHER, new TargetTokenBody(null, null, null), Optional.of(new IdempotencyKey("k")), BY);
    make("l", null);
    assertHolds(again.token());
    assertConflict(() -> make("k", null));
    assertHolds(again.token());
    assertEquals(2, tokens.list(DEVICE).size());
  }

  @Test
  void aKeyStandsForItsTokenForADayAlsoAfterThatWasDeleted() {
    var made = make("k", null);
    tokens.delete(DEVICE, made.id(), BY);
    assertConflict(() -> make("k", null));
    clock.advance(Duration.ofDays(1));
    make("k", null);
    assertEquals(1, DATABASE.number("SELECT count(*) FROM token_request"));
    // Neither is it that of the device which comes after it under its name.
    parts.database.inTransaction(
        db -> {
          TargetTable.deleted(db, DEVICE, clock.instant());
          return null;
        });
    make("k", null);
  }

  private TargetTokenView make(String key, Instant notBefore) {
    return tokens.make(
        DEVICE,
        new TargetTokenBody(notBefore, null, null),
        Optional.of(new IdempotencyKey(key)),
        BY);
  }

  private static void assertConflict(Executable step) {
    var refused = assertThrows(RefusedException.class, step).refusal();
    assertEquals(
        ConflictKind.IDEMPOTENCY_KEY_USED.label(),
        assertInstanceOf(Refusal.Conflict.class, refused).kind());
  }

  private TargetTokenView make(DeviceAddress device) {
    return make(device, null, null);
  }

  private TargetTokenView make(DeviceAddress device, Instant notBefore, Instant notAfter) {
    return tokens.make(
        device, new TargetTokenBody(notBefore, notAfter, null), Optional.empty(), BY);
  }

  private void assertHolds(String token) {
    var holder = assertInstanceOf(Holder.Of.class, tokens.holder(DEVICE, token));
    assertEquals(DEVICE, holder.target().device());
  }

  private void assertNobody(DeviceAddress device, String token) {
    assertEquals(new Holder.Nobody(), tokens.holder(device, token));
  }

  private static void assertAbsent(Executable step) {
    var refused = assertThrows(RefusedException.class, step);
    assertInstanceOf(Refusal.Absent.class, refused.refusal());
  }
}
