package io.muster.registry.tokens;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The keys of a moment. Immutable. */
record KeyRing(List<TokenKey> keys) {
  static final KeyRing EMPTY = new KeyRing(List.of());

  KeyRing {
    keys = List.copyOf(keys);
  }

  /** Of those that may sign, the one that began last: so a new one takes over when it begins. */
  Optional<TokenKey> signing(Instant now) {
    return keys.stream().filter(it -> it.signs(now)).max(Comparator.comparing(TokenKey::signsFrom));
  }

  Optional<TokenKey> find(UUID id, Instant now) {
    return keys.stream().filter(it -> it.id().equals(id) && it.verifies(now)).findFirst();
  }

  /** Those that others need in order to verify. */
  List<TokenKey> published(Instant now) {
    return keys.stream().filter(it -> it.verifies(now)).toList();
  }

  /**
   * From when another key has to sign; empty when those that are there suffice.
   *
   * @param announcedFor how long before it is to be published
   */
  Optional<Instant> nextBegin(Instant now, Duration announcedFor) {
    var end = keys.stream().map(TokenKey::signsUntil).max(Comparator.naturalOrder());
    if (end.isEmpty() || signing(now).isEmpty()) {
      // Also when there is a next one already, and the one before it was withdrawn.
      return Optional.of(now);
    }
    // Whoever has the set of a moment before must find the next one in it.
    return end.get().isAfter(now.plus(announcedFor)) ? Optional.empty() : end;
  }
}
