package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Author;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.Digests;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.store.UploadId;
import io.muster.outbox.EventIds;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.InputStream;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;

/**
 * Takes, finds and deletes artifacts. Bytes are stored before they are recorded, so a crash leaves
 * bytes without a row, which the sweep removes, and never a row without bytes. Waits for disk,
 * database and sender; thread-safe.
 */
@ApplicationScoped
public class Artifacts {
  private final ArtifactStore store;
  private final Database database;
  private final Changes changes;
  private final ArtifactConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final Semaphore senders;
  private final SecureRandom random = new SecureRandom();

  Artifacts(
      ArtifactStore store, Database database, Changes changes, ArtifactConfig config, Clock clock) {
    this.store = store;
    this.database = database;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.senders = new Semaphore(config.concurrentUploads());
  }

  /** Takes an artifact in one request; when that breaks off nothing of it is kept. */
  Artifact take(
      TenantId tenant, FileName name, Optional<Sha256> announced, InputStream bytes, Author by) {
    refuseWhenFull(tenant);
    var upload = UploadId.random(random);
    StoreCall.call(
        () -> {
          store.begin(upload);
          return null;
        });
    try {
      append(upload, 0, bytes, config.maxBytes());
      return record(tenant, name, complete(upload, announced), by, (_, _) -> {});
    } catch (RuntimeException failed) {
      discard(upload);
      throw failed;
    }
  }

  /** Begins an upload that goes over several requests. */
  UploadTable.Upload begin(
      TenantId tenant, FileName name, Long sizeBytes, Optional<Sha256> announced, Author by) {
    if (sizeBytes != null && sizeBytes > config.maxBytes()) {
      throw tooLarge();
    }
    refuseWhenFull(tenant);
    var upload =
        new UploadTable.Upload(
            UploadId.random(random), name, sizeBytes, announced, Optional.empty());
    database.inTransaction(
        db -> {
          if (UploadTable.count(db, tenant) >= config.uploadsPerTenant()) {
            throw new Refusal.LimitReached("uploads under way", config.uploadsPerTenant())
                .asException();
          }
          UploadTable.insert(db, tenant, upload, clock.instant(), by.subject());
          return null;
        });
    StoreCall.call(
        () -> {
          store.begin(upload.id());
          return null;
        });
    return upload;
  }

  /** Where an upload goes on. */
  Progress progress(TenantId tenant, UploadId id) {
    var upload = find(tenant, id);
    var kept = upload.artifact().map(Artifact::sizeBytes);
    return new Progress(
        upload, kept.isPresent() ? kept.get() : StoreCall.call(() -> store.keptBytes(id)));
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
    var limit = upload.sizeBytes() == null ? config.maxBytes() : upload.sizeBytes();
    try {
      return append(id, offset, bytes, limit);
    } finally {
      database.inTransaction(
          db -> {
            UploadTable.touch(db, id, clock.instant());
            return null;
          });
    }
  }

  /** Makes an artifact of an upload; again it is the same one. */
  Artifact complete(TenantId tenant, UploadId id, Author by) {
    var upload = find(tenant, id);
    if (upload.artifact().isPresent()) {
      return upload.artifact().get();
    }
    long kept = StoreCall.call(() -> store.keptBytes(id));
    if (upload.sizeBytes() != null && upload.sizeBytes() != kept) {
      throw new Refusal.Conflict(
              ConflictKind.UPLOAD_OFFSET,
              "%d of %d bytes are here.".formatted(kept, upload.sizeBytes()))
          .asException();
    }
    var digests = complete(id, upload.sha256());
    return record(
        tenant,
        upload.filename(),
        digests,
        by,
        (db, artifact) -> UploadTable.completed(db, id, artifact, clock.instant()));
  }

  /** Forgets an upload. */
  void discard(TenantId tenant, UploadId id) {
    find(tenant, id);
    discard(id);
    database.inTransaction(
        db -> {
          UploadTable.delete(db, id);
          return null;
        });
  }

  /** A tenant's artifact; 404 when there is none. */
  public Artifact find(TenantId tenant, UUID id) {
    return database.use(db -> ArtifactTable.find(db, tenant, id)).orElseThrow(Artifacts::absent);
  }

  List<Artifact> list(TenantId tenant, long before, String filename, int limit) {
    return database.use(db -> ArtifactTable.list(db, tenant, before, filename, limit));
  }

  /** Deletes it, unless a module holds it; the sweep takes the bytes when nobody has them. */
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
          return null;
        });
  }

  static RuntimeException absent() {
    return new Refusal.Absent("There is no such artifact.").asException();
  }

  private UploadTable.Upload find(TenantId tenant, UploadId id) {
    return database
        .use(db -> UploadTable.find(db, tenant, id))
        .orElseThrow(() -> new Refusal.Absent("There is no such upload.").asException());
  }

  private long append(UploadId upload, long offset, InputStream bytes, long limit) {
    if (!senders.tryAcquire()) {
      throw new Refusal.Unavailable("As many uploads are under way as this instance takes")
          .asException();
    }
    try {
      return StoreCall.call(() -> store.append(upload, offset, bytes, limit));
    } finally {
      senders.release();
    }
  }

  private Digests complete(UploadId upload, Optional<Sha256> announced) {
    return StoreCall.call(() -> store.complete(upload, announced));
  }

  private Artifact record(
      TenantId tenant,
      FileName name,
      Digests digests,
      Author by,
      BiConsumer<Sql, Artifact> inTheSame) {
    return changes.audited(
        by,
        artifact -> new AuditEntry("artifact-created", tenant, "artifacts/" + artifact.id()),
        db -> {
          refuseWhenFull(ArtifactTable.use(db, tenant), digests.sizeBytes());
          var artifact =
              ArtifactTable.insert(
                  db, ids.next(), tenant, name, digests, clock.instant(), by.subject());
          inTheSame.accept(db, artifact);
          return artifact;
        });
  }

  /** Before bytes are read; the same is looked at again when they are recorded. */
  private void refuseWhenFull(TenantId tenant) {
    database.inTransaction(
        db -> {
          refuseWhenFull(ArtifactTable.use(db, tenant), 0);
          return null;
        });
  }

  private void refuseWhenFull(ArtifactTable.Use use, long more) {
    if (use.artifacts() >= config.perTenant()) {
      throw new Refusal.LimitReached("artifacts of the tenant", config.perTenant()).asException();
    }
    if (use.bytes() + more > config.bytesPerTenant()) {
      throw new Refusal.LimitReached("bytes of the tenant's artifacts", config.bytesPerTenant())
          .asException();
    }
  }

  private void discard(UploadId upload) {
    StoreCall.call(
        () -> {
          store.discard(upload);
          return null;
        });
  }

  private RuntimeException tooLarge() {
    return new Refusal.TooLarge("There may be %d bytes.".formatted(config.maxBytes()))
        .asException();
  }
}
