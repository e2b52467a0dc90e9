package io.muster.firmware.manifest;

import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.versions.IfMatch;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;

/**
 * Makes the next key for manifests, and withdraws others; one at a time, at whichever instance.
 * Waits; thread-safe.
 */
@ApplicationScoped
class KeyRotation {
  private final ManifestKeys keys;
  private final Changes changes;
  private final KeyFiles files;
  private final Clock clock;

  KeyRotation(ManifestKeys keys, Changes changes, KeyFiles files, Clock clock) {
    this.keys = keys;
    this.changes = changes;
    this.files = files;
    this.clock = clock;
  }

  /** What the audit says of a key. */
  static AuditEntry entry(String action, String id) {
    return AuditEntry.ofPlatform(action, "manifest-keys/" + id);
  }

  /** Makes the next one, when the keys are those that the caller has seen. */
  KeyEntry rotate(NextKey next, Author by) {
    return changes.audited(
        by,
        made -> entry("manifest-key-created", made.id()),
        db -> {
          next.ifMatch().check(ManifestKeyTable.lock(db));
          var now = clock.instant();
          var ring = ManifestKeyTable.all(db);
          next.check(ring, now);
          ring.retired(now).forEach(it -> files.delete(it.id()));
          return insert(db, next, now, by);
        });
  }

  /**
   * The file is there before anybody may look for it. If the transaction comes to nothing it stays:
   * a key that nobody trusts, and better than one that is missing when the commit's answer was
   * lost.
   */
  private KeyEntry insert(Sql db, NextKey next, Instant now, Author by) {
    var current = keys.signing(db).key();
    var made = files.make();
    var entry =
        new KeyEntry(
            made.id(),
            made.publicKey(),
            next.signsFrom(),
            null,
            KeyIntroduction.of(made, current, now, next.signsFrom()),
            current.id(),
            now,
            by.subject());
    ManifestKeyTable.endOthers(db, made.id(), next.previousUntil());
    ManifestKeyTable.insert(db, entry);
    ManifestKeyTable.changed(db);
    return entry;
  }

  /** Retires one that does not sign at once. */
  void withdraw(String id, IfMatch ifMatch, Author by) {
    changes.audited(
        by,
        _ -> entry("manifest-key-withdrawn", id),
        db -> {
          ifMatch.check(ManifestKeyTable.lock(db));
          retire(db, id);
          return id;
        });
    files.delete(id);
  }

  private void retire(Sql db, String id) {
    var now = clock.instant();
    var ring = ManifestKeyTable.all(db);
    var key =
        ring.find(id)
            .filter(it -> it.isPublished(now))
            .orElseThrow(() -> new Refusal.Absent("There is no such key any more.").asException());
    var newest = ring.newest(now);
    if (newest.filter(it -> it.id().equals(id)).isPresent()) {
      throw new Refusal.Conflict(
              ConflictKind.MANIFEST_KEY_SIGNS, "The key signs; make the next one first.")
          .asException();
    }
    if (key.isNext(now)) {
      // The one that signs goes on.
      newest.ifPresent(it -> ManifestKeyTable.end(db, it.id(), null));
    }
    ManifestKeyTable.end(db, id, now);
    ManifestKeyTable.changed(db);
  }
}
