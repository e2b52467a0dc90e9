package io.muster.firmware.manifest;

import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * The keys that manifests are signed with: of those whose time has come the one that began last
 * signs, the next one is published before, and the ones before it stay published for a while. By
 * the clock alone, so that all instances change over without a word. Waits; thread-safe.
 */
@ApplicationScoped
class ManifestKeys {
  private static final Logger LOG = Logger.getLogger(ManifestKeys.class);
  private static final String SERVICE = "firmware-service";

  private final Database database;
  private final Changes changes;
  private final KeyFiles files;
  private final ManifestConfig config;
  private final Clock clock;
  private final AtomicReference<String> missed = new AtomicReference<>();

  ManifestKeys(
      Database database, Changes changes, KeyFiles files, ManifestConfig config, Clock clock) {
    this.database = database;
    this.changes = changes;
    this.files = files;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Keys as somebody reads them.
   *
   * @param version of all of them together
   * @param signing which one signs at this instance, if any
   */
  record Known(long version, KeyRing ring, Optional<String> signing) {}

  /**
   * What signs now.
   *
   * @param isNewest false: another one should, and its file is not here
   */
  record Signing(ManifestKey key, boolean isNewest) {}

  void start(@Observes StartupEvent started) {
    register();
  }

  /**
   * Enters the configured key. It is made when there is no key at all; another one than was known
   * there signs from now on, since whoever put it there wants it so.
   */
  void register() {
    changes.auditedIfAny(
        new Author(SERVICE, null),
        found -> found.map(it -> KeyRotation.entry("manifest-key-found", it.id())),
        db -> {
          ManifestKeyTable.lock(db);
          var ring = ManifestKeyTable.all(db);
          return configured(ring)
              .filter(it -> ring.find(it.id()).isEmpty())
              .map(it -> enter(db, it, ring));
        });
  }

  private Optional<ManifestKey> configured(KeyRing ring) {
    return ring.keys().isEmpty() ? Optional.of(files.makeFirst()) : files.first();
  }

  private KeyEntry enter(Sql db, ManifestKey key, KeyRing others) {
    if (!others.keys().isEmpty()) {
      LOG.warnf("The file has another key than before: %s signs from now on", key.id());
    }
    var now = clock.instant();
    var entry = new KeyEntry(key.id(), key.publicKey(), now, null, null, null, now, SERVICE);
    ManifestKeyTable.endOthers(db, key.id(), now.plus(config.keptFor()));
    ManifestKeyTable.insert(db, entry);
    ManifestKeyTable.changed(db);
    return entry;
  }

  /** All of them, retired ones too. */
  Known all() {
    return database.use(
        db -> {
          // The version first: who changes by an older one than it saw is refused.
          var version = ManifestKeyTable.version(db);
          var ring = ManifestKeyTable.all(db);
          return new Known(version, ring, mine(ring, clock.instant()).map(it -> it.key.id()));
        });
  }

  /** The one to sign with; 503 when none is here. */
  Signing signing(Sql db) {
    return mine(ManifestKeyTable.all(db), clock.instant())
        .orElseThrow(
            () ->
                new Refusal.Unavailable("No key for manifests is at this instance").asException());
  }

  /** One whose file is not here does not stop the ones before it, as long as they are published. */
  private Optional<Signing> mine(KeyRing ring, Instant now) {
    var newest = ring.newest(now).map(KeyEntry::id).orElse("");
    var found =
        ring.signing(now).stream()
            .flatMap(it -> files.find(it.id()).stream())
            .findFirst()
            .map(key -> new Signing(key, key.id().equals(newest)));
    tell(found.filter(Signing::isNewest).isPresent(), newest);
    return found;
  }

  /** Once for each. */
  private void tell(boolean isHere, String newest) {
    if (!isHere && !newest.equals(missed.getAndSet(newest))) {
      LOG.errorf("The key that should sign manifests is not at this instance: %s", newest);
    }
  }
}
