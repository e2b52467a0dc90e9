package io.muster.registry.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.DeviceKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyRingTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void theFirstKeySignsAtOnce() {
    assertEquals(Optional.of(NOW), KeyRing.EMPTY.nextBegin(NOW, HOUR));
    assertTrue(KeyRing.EMPTY.signing(NOW).isEmpty());
  }

  @Test
  void theNextKeyIsWantedAsLongBeforeAsItIsAnnounced() {
    var ring = new KeyRing(List.of(key(-10, 2)));
    assertEquals(Optional.empty(), ring.nextBegin(NOW, HOUR));
    assertEquals(Optional.of(at(2)), ring.nextBegin(at(1), HOUR));
    var both = new KeyRing(List.of(key(-10, 2), key(2, 20)));
    assertEquals(Optional.empty(), both.nextBegin(at(1), HOUR));
  }

  @Test
  void afterALongPauseAKeySignsAtOnce() {
    var ring = new KeyRing(List.of(key(-30, -10)));
    assertEquals(Optional.of(NOW), ring.nextBegin(NOW, HOUR));
  }

  @Test
  void afterTheSigningKeyWasWithdrawnAnotherOneSignsAtOnceAndNotTheNextOneBeforeItsTime() {
    var next = key(1, 30);
    var ring = new KeyRing(List.of(next));
    assertEquals(Optional.of(NOW), ring.nextBegin(NOW, HOUR));
    var whole = new KeyRing(List.of(next, key(0, 30)));
    assertEquals(Optional.empty(), whole.nextBegin(NOW, HOUR));
    assertEquals(next, whole.signing(at(1)).orElseThrow());
  }

  @Test
  void theKeyThatBeganLastSigns() {
    var old = key(-10, 20);
    var next = key(1, 30);
    var ring = new KeyRing(List.of(old, next));
    assertEquals(old, ring.signing(NOW).orElseThrow());
    assertEquals(next, ring.signing(at(1)).orElseThrow());
  }

  @Test
  void aKeyThatSignsNoMoreIsBelievedUntilItsTokensHaveEnded() {
    var old = key(-10, -1);
    var ring = new KeyRing(List.of(old));
    assertEquals(Optional.of(old), ring.find(old.id(), NOW));
    assertEquals(List.of(old), ring.published(NOW));
    assertEquals(Optional.empty(), ring.find(old.id(), at(24)));
    assertEquals(List.of(), ring.published(at(24)));
    assertEquals(Optional.empty(), ring.find(UUID.randomUUID(), NOW));
  }

  @Test
  void nothingShowsThePrivateHalf() {
    var key = key(0, 1);
    assertFalse(key.toString().contains(key.privateKey().toString()));
    assertEquals("TokenKey[" + key.id() + "]", key.toString());
  }

  private static Instant at(int hours) {
    return NOW.plus(Duration.ofHours(hours));
  }

  private static TokenKey key(int from, int until) {
    var pair = DeviceKeys.p256();
    return new TokenKey(
        UUID.randomUUID(),
        pair.getPrivate(),
        pair.getPublic(),
        at(from),
        at(until),
        at(until).plus(Duration.ofHours(24)));
  }
}
