package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.store.StoreException;
import io.muster.firmware.store.UploadId;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;

/** Uploads that go over several requests. Waits for disk, database and sender; thread-safe. */
@ApplicationScoped
class Uploads {
  private final ArtifactStore store;
  private final Intake intake;
  private final Completion completion;
  private final Database database;
  private final Changes changes;
  private final ArtifactConfig config;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  Uploads(
      ArtifactStore store,
      Intake intake,
      Completion completion,
      Database database,
      Changes changes,
      ArtifactConfig config,
      Clock clock) {
    this.store = store;
    this.intake = intake;
    this.completion = completion;
    this.database = database;
    this.changes = changes;
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
      changes.audited(
          by,
          _ -> entry("artifact-upload-begun", tenant, upload.id()),
          db -> {
            if (UploadTable.count(db, tenant) >= config.uploadsPerTenant()) {
              throw new Refusal.LimitReached("uploads under way", config.uploadsPerTenant())
                  .asException();
            }
            UploadTable.insert(db, tenant, upload, clock.instant(), by.subject(), false);
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
    requestBegins(id);
    try {
      return intake.append(tenant, id, offset, bytes, most);
    } finally {
      // Also of one that broke off all is on the disk. When the service ends before, it stays open.
      requestEnds(id);
    }
  }

  /** Makes an artifact of an upload; again it is the same one. */
  Artifact complete(TenantId tenant, UploadId id, Author by) {
    return completion.complete(tenant, find(tenant, id), by);
  }

  /** Forgets an upload. */
  void discard(TenantId tenant, UploadId id, Author by) {
    var upload = find(tenant, id);
    var stored = StoreCall.call(() -> storedWithoutArtifact(upload));
    StoreCall.run(() -> store.discard(id));
    changes.audited(
        by,
        _ -> entry("artifact-upload-discarded", tenant, id),
        db -> {
          UploadTable.delete(db, id);
          stored.ifPresent(
              it ->
                  ArtifactTable.leave(
                      db, tenant, it.digests().sha256(), it.digests().sizeBytes(), it.at()));
          return null;
        });
  }

  /** What became an object already, and no artifact, since that was refused. */
  private Optional<UploadTable.Found> storedWithoutArtifact(UploadTable.Upload upload)
      throws IOException {
    if (upload.artifact().isPresent()) {
      return Optional.empty();
    }
    try {
      store.keptBytes(upload.id());
      return Optional.empty();
    } catch (StoreException.NoUpload gone) {
      return upload.found();
    }
  }

  private static AuditEntry entry(String action, TenantId tenant, UploadId id) {
    return new AuditEntry(action, tenant, "artifact-uploads/" + id.hex());
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

  private void requestBegins(UploadId id) {
    database.inTransaction(
        db -> {
          UploadTable.requestBegins(db, id, clock.instant());
          return null;
        });
  }

  private void requestEnds(UploadId id) {
    database.inTransaction(
        db -> {
          UploadTable.requestEnds(db, id, clock.instant());
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

  static RuntimeException absent() {
    return new Refusal.Absent("There is no such upload.").asException();
  }
}
