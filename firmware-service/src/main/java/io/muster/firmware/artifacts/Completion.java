package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Database;
import io.muster.firmware.problem.ConflictKind;
import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.Digests;
import io.muster.firmware.store.StoreException;
import io.muster.firmware.store.UploadId;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/**
 * Makes artifacts of uploads. What the bytes are is written down before they become an object, so
 * whatever fails after that, nobody has to send them again: asking once more completes it. Waits
 * for disk and database; thread-safe.
 */
@ApplicationScoped
class Completion {
  private final ArtifactStore store;
  private final Artifacts artifacts;
  private final Database database;
  private final ArtifactConfig config;
  private final Clock clock;

  Completion(
      ArtifactStore store,
      Artifacts artifacts,
      Database database,
      ArtifactConfig config,
      Clock clock) {
    this.store = store;
    this.artifacts = artifacts;
    this.database = database;
    this.config = config;
    this.clock = clock;
  }

  Artifact complete(TenantId tenant, UploadTable.Upload upload, Author by) {
    if (upload.artifact().isPresent()) {
      return upload.artifact().get();
    }
    var digests = StoreCall.call(() -> stored(tenant, upload));
    return artifacts.record(tenant, upload.filename(), digests, by, Optional.of(upload.id()));
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
      throw notAllHere("%d of %d bytes are here.".formatted(keptBytes, upload.sizeBytes()));
    }
    if (keptBytes == 0) {
      throw notAllHere("No bytes are here; an artifact has at least one.");
    }
  }

  private static RuntimeException notAllHere(String detail) {
    return new Refusal.Conflict(ConflictKind.UPLOAD_OFFSET, detail).asException();
  }

  private static RuntimeException uncertain() {
    return new Refusal.Conflict(
            ConflictKind.UPLOAD_UNCERTAIN,
            "A request of this upload was cut short with the service, and what it left may not be"
                + " what was sent; begin again, and announce the SHA-256.")
        .asException();
  }

  private void verified(UploadId id, Digests found) {
    var isThere =
        database.inTransaction(
            db -> {
              // Nobody writes it now, so a request that is still open never came to its end.
              if (UploadTable.isUncertain(db, id)) {
                throw uncertain();
              }
              return UploadTable.verified(db, id, found, clock.instant());
            });
    if (!isThere) {
      throw Uploads.absent();
    }
  }

  /**
   * The bytes became an object, and whoever did that was not able to say so. Only digests that this
   * service found count: an announced one would let somebody have what others uploaded. And only
   * while no sweep can be about to take the object, since nobody else may know it.
   */
  private Optional<Digests> storedBefore(TenantId tenant, UploadId id) throws IOException {
    var found = database.use(db -> Uploads.find(db, tenant, id)).found();
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

  private void lost(UploadId id) {
    database.inTransaction(
        db -> {
          UploadTable.deleteLost(db, id);
          return null;
        });
  }
}
