package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.audit.Author;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.Digests;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.store.StoreException;
import io.muster.firmware.store.UploadId;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * Uploads that go over several requests. What their bytes are is written down before they become an
 * object, so whatever fails after that, nobody has to send them again: asking once more completes
 * it. Waits for disk, database and sender; thread-safe.
 */
@ApplicationScoped
class Uploads {
  private final ArtifactStore store;
  private final Intake intake;
  private final Artifacts artifacts;
  private final Database database;
  private final ArtifactConfig config;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  Uploads(
      ArtifactStore store,
      Intake intake,
      Artifacts artifacts,
      Database database,
      ArtifactConfig config,
      Clock clock) {
    this.store = store;
    this.intake = intake;
    this.artifacts = artifacts;
    this.database = database;
    this.config = config;
    this.clock = clock;
  }

  UploadTable.Upload begin(
      TenantId tenant, FileName name, Long sizeBytes, Optional<Sha256> announced, Author by) {
    if (sizeBytes != null && sizeBytes > config.maxBytes()) {
      throw new Refusal.TooLarge("There may be %d bytes.".formatted(config.maxBytes()))
          .asException();
    }
    var upload =
        new UploadTable.Upload(
            UploadId.random(random),
            name,
            sizeBytes,
            announced,
            Optional.empty(),
            Optional.empty());
    intake.requireRoom(tenant, upload.id(), sizeBytes == null ? 0 : sizeBytes);
    // The file first: one without a row is swept, a row without a file would count for a day.
    StoreCall.run(() -> store.begin(upload.id()));
    try {
      database.inTransaction(
          db -> {
            if (UploadTable.count(db, tenant) >= config.uploadsPerTenant()) {
              throw new Refusal.LimitReached("uploads under way", config.uploadsPerTenant())
                  .asException();
            }
            UploadTable.insert(db, tenant, upload, clock.instant(), by.subject());
            return null;
          });
    } catch (RuntimeException failed) {
      StoreCall.leave(() -> store.discard(upload.id()));
      throw failed;
    }
    return upload;
  }

  /** Where an upload goes on. */
  Progress progress(TenantId tenant, UploadId id) {
    var upload = find(tenant, id);
    return new Progress(upload, StoreCall.call(() -> keptBytes(upload)));
  }

  /**
   * How far an upload is.
   *
   * @param keptBytes that need not be sent again
   */
  record Progress(UploadTable.Upload upload, long keptBytes) {}

  /** Adds bytes; those that came before the request broke off are kept. */
  long append(TenantId tenant, UploadId id, long offset, InputStream bytes) {
    var upload = find(tenant, id);
    var most = upload.sizeBytes() == null ? config.maxBytes() : upload.sizeBytes();
    touch(id);
    try {
      return intake.append(tenant, id, offset, bytes, most);
    } finally {
      touch(id);
    }
  }

  /** Makes an artifact of an upload; again it is the same one. */
  Artifact complete(TenantId tenant, UploadId id, Author by) {
    var upload = find(tenant, id);
    return upload
        .artifact()
        .orElseGet(
            () ->
                artifacts.record(
                    tenant,
                    upload.filename(),
                    StoreCall.call(() -> stored(tenant, upload)),
                    by,
                    Optional.of(id)));
  }

  /** Forgets an upload. */
  void discard(TenantId tenant, UploadId id) {
    find(tenant, id);
    StoreCall.run(() -> store.discard(id));
    database.inTransaction(
        db -> {
          UploadTable.delete(db, id);
          return null;
        });
  }

  private Digests stored(TenantId tenant, UploadTable.Upload upload) throws IOException {
    var id = upload.id();
    try {
      requireAll(upload, store.keptBytes(id));
      return store.complete(id, upload.sha256(), found -> verified(id, found));
    } catch (StoreException.NoUpload gone) {
      var before = storedBefore(tenant, id);
      if (before.isEmpty()) {
        lost(id);
        throw gone;
      }
      return before.get();
    } catch (StoreException.OtherContent other) {
      lost(id);
      throw other;
    }
  }

  private static void requireAll(UploadTable.Upload upload, long keptBytes) {
    if (upload.sizeBytes() != null && upload.sizeBytes() != keptBytes) {
      throw new Refusal.Conflict(
              ConflictKind.UPLOAD_OFFSET,
              "%d of %d bytes are here.".formatted(keptBytes, upload.sizeBytes()))
          .asException();
    }
  }

  private void verified(UploadId id, Digests found) {
    var isThere =
        database.inTransaction(db -> UploadTable.verified(db, id, found, clock.instant()));
    if (!isThere) {
      throw absent();
    }
  }

  /**
   * The bytes became an object, and whoever did that was not able to say so. Only digests that this
   * service found count: an announced one would let somebody have what others uploaded. And only
   * while no sweep can be about to take the object, since nobody else may know it.
   */
  private Optional<Digests> storedBefore(TenantId tenant, UploadId id) throws IOException {
    var found = find(tenant, id).found();
    if (found.isEmpty() || !isYoung(found.get().at())) {
      return Optional.empty();
    }
    var digests = found.get().digests();
    return store
        .find(digests.sha256())
        .filter(it -> it.sizeBytes() == digests.sizeBytes())
        .map(_ -> digests);
  }

  private boolean isYoung(Instant at) {
    return clock.instant().isBefore(at.plus(config.keepUploadFor().dividedBy(4)));
  }

  private long keptBytes(UploadTable.Upload upload) throws IOException {
    if (upload.artifact().isPresent()) {
      return upload.artifact().get().sizeBytes();
    }
    try {
      return store.keptBytes(upload.id());
    } catch (StoreException.NoUpload gone) {
      return upload.found().orElseThrow(() -> gone).digests().sizeBytes();
    }
  }

  private void lost(UploadId id) {
    database.inTransaction(
        db -> {
          UploadTable.deleteLost(db, id);
          return null;
        });
  }

  private void touch(UploadId id) {
    database.inTransaction(
        db -> {
          UploadTable.touch(db, id, clock.instant());
          return null;
        });
  }

  private UploadTable.Upload find(TenantId tenant, UploadId id) {
    return database.use(db -> find(db, tenant, id));
  }

  /** A tenant's upload; 404 when there is none. */
  static UploadTable.Upload find(Sql db, TenantId tenant, UploadId id) {
    return UploadTable.find(db, tenant, id).orElseThrow(Uploads::absent);
  }

  private static RuntimeException absent() {
    return new Refusal.Absent("There is no such upload.").asException();
  }
}
