package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.problem.ConflictKind;
import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.Digests;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.store.StoreException;
import io.muster.firmware.store.UploadId;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Takes, finds and deletes artifacts. Bytes are stored before they are recorded, so a crash leaves
 * bytes without a row, which the sweep removes, and never a row without bytes. Waits for disk,
 * database and sender; thread-safe.
 */
@ApplicationScoped
public class Artifacts {
  private final ArtifactStore store;
  private final Intake intake;
  private final Database database;
  private final Changes changes;
  private final ArtifactConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final SecureRandom random = new SecureRandom();

  Artifacts(
      ArtifactStore store,
      Intake intake,
      Database database,
      Changes changes,
      ArtifactConfig config,
      Clock clock) {
    this.store = store;
    this.intake = intake;
    this.database = database;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /** Takes an artifact in one request; when that breaks off nothing of it is kept. */
  Artifact take(
      TenantId tenant, FileName name, Optional<Sha256> announced, InputStream bytes, Author by) {
    var upload = begun(tenant, name, announced, by);
    var digests = taken(tenant, upload, announced, bytes);
    // When that is refused the object is there, and counts by its upload until it is swept.
    return record(tenant, name, digests, by, Optional.of(upload));
  }

  /** With a row, as one in several requests: others must not count on the same room. */
  private UploadId begun(TenantId tenant, FileName name, Optional<Sha256> announced, Author by) {
    var upload =
        new UploadTable.Upload(
            UploadId.random(random), name, null, announced, Optional.empty(), Optional.empty());
    StoreCall.run(() -> store.begin(upload.id()));
    try {
      database.inTransaction(
          db -> {
            UploadTable.insert(db, tenant, upload, clock.instant(), by.subject(), true);
            return null;
          });
      return upload.id();
    } catch (RuntimeException failed) {
      StoreCall.leave(() -> store.discard(upload.id()));
      throw failed;
    }
  }

  private Digests taken(
      TenantId tenant, UploadId upload, Optional<Sha256> announced, InputStream bytes) {
    try {
      if (intake.append(tenant, upload, 0, bytes, config.maxBytes()) == 0) {
        throw wrong(FieldError.at("", "is empty; an artifact has at least one byte"));
      }
      return StoreCall.call(() -> complete(upload, announced));
    } catch (RuntimeException failed) {
      StoreCall.leave(() -> store.discard(upload));
      // With the database away it stays until it is swept, and counts nothing without its file.
      forget(upload, failed);
      throw failed;
    }
  }

  private void forget(UploadId upload, RuntimeException failed) {
    try {
      database.inTransaction(
          db -> {
            UploadTable.delete(db, upload);
            return null;
          });
    } catch (RuntimeException away) {
      failed.addSuppressed(away);
    }
  }

  /** Here it is a parameter that says what the bytes are, and no member of a body. */
  private Digests complete(UploadId upload, Optional<Sha256> announced) throws IOException {
    try {
      return store.complete(upload, announced, found -> verified(upload, found));
    } catch (StoreException.OtherContent other) {
      throw wrong(FieldError.in("sha256", other.getMessage()));
    }
  }

  private void verified(UploadId upload, Digests found) {
    database.inTransaction(db -> UploadTable.verified(db, upload, found, clock.instant()));
  }

  private static RuntimeException wrong(FieldError error) {
    return new Refusal.Meaningless(List.of(error)).asException();
  }

  /**
   * Writes down whose the stored bytes are.
   *
   * @param upload where they came from; one becomes one artifact, however often it is asked for
   */
  Artifact record(
      TenantId tenant, FileName name, Digests digests, Author by, Optional<UploadId> upload) {
    return changes.auditedIfAny(
            by,
            it ->
                it.isNew
                    ? Optional.of(
                        new AuditEntry("artifact-created", tenant, "artifacts/" + it.artifact.id()))
                    : Optional.empty(),
            db -> {
              // Nobody else of the tenant records one until the end of this transaction.
              var use = ArtifactTable.use(db, tenant);
              var before = upload.flatMap(it -> Uploads.find(db, tenant, it).artifact());
              if (before.isPresent()) {
                return new Recorded(before.get(), false);
              }
              intake.requireRoom(use, digests.sizeBytes());
              var now = clock.instant();
              var artifact =
                  ArtifactTable.insert(db, ids.next(), tenant, name, digests, now, by.subject());
              upload.ifPresent(it -> UploadTable.completed(db, it, artifact, now));
              return new Recorded(artifact, true);
            })
        .artifact;
  }

  private record Recorded(Artifact artifact, boolean isNew) {}

  /** A tenant's artifact; 404 when there is none. */
  public Artifact find(TenantId tenant, UUID id) {
    return database.use(db -> ArtifactTable.find(db, tenant, id)).orElseThrow(Artifacts::absent);
  }

  List<Artifact> list(TenantId tenant, long before, String filename, int limit) {
    return database.use(db -> ArtifactTable.list(db, tenant, before, filename, limit));
  }

  /**
   * Deletes it, unless a module holds it; the sweep takes the bytes when nobody has them, and until
   * then they count.
   */
  void delete(TenantId tenant, UUID id, Author by) {
    changes.audited(
        by,
        _ -> new AuditEntry("artifact-deleted", tenant, "artifacts/" + id),
        db -> {
          var artifact = ArtifactTable.find(db, tenant, id).orElseThrow(Artifacts::absent);
          // Nobody puts it into a module until the end of this transaction.
          db.rows("SELECT 1 FROM artifact WHERE key = $1 FOR UPDATE", artifact.key());
          var modules = ArtifactTable.modulesOf(db, artifact.key());
          if (!modules.isEmpty()) {
            throw new Refusal.Conflict(
                    ConflictKind.ARTIFACT_IN_USE,
                    "The artifact is part of " + String.join(", ", modules) + ".")
                .asException();
          }
          ArtifactTable.delete(db, artifact.key());
          ArtifactTable.leave(
              db, tenant, artifact.sha256(), artifact.sizeBytes(), artifact.createdAt());
          return null;
        });
  }

  static RuntimeException absent() {
    return new Refusal.Absent("There is no such artifact.").asException();
  }
}
