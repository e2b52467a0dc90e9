package io.muster.firmware.manifest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The keys for manifests. Immutable.
 *
 * @param keys retired ones too, in the order in which they sign
 */
record KeyRing(List<KeyEntry> keys) {
  KeyRing {
    keys = List.copyOf(keys);
  }

  /** Those that may sign; the first one does. */
  List<KeyEntry> signing(Instant now) {
    return keys.reversed().stream().filter(it -> it.maySign(now)).toList();
  }

  /** The one that should sign. */
  Optional<KeyEntry> newest(Instant now) {
    return signing(now).stream().findFirst();
  }

  /** The one that waits. */
  Optional<KeyEntry> next(Instant now) {
    return keys.stream().filter(it -> it.isNext(now)).findFirst();
  }

  List<KeyEntry> published(Instant now) {
    return keys.stream().filter(it -> it.isPublished(now)).toList();
  }

  List<KeyEntry> retired(Instant now) {
    return keys.stream().filter(it -> !it.isPublished(now)).toList();
  }

  Optional<KeyEntry> find(String id) {
    return keys.stream().filter(it -> it.id().equals(id)).findFirst();
  }
}
