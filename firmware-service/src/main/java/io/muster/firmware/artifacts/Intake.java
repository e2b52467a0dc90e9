package io.muster.firmware.artifacts;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Database;
import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.StoreException;
import io.muster.firmware.store.UploadId;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Takes bytes into the store, as many as a tenant may have. Waits for disk, database and sender;
 * thread-safe.
 */
@ApplicationScoped
class Intake {
  private static final Logger LOG = Logger.getLogger(Intake.class);

  /** How many bytes come at most between two looks at what a tenant has left. */
  private static final long MOST_UNSEEN_BYTES = 16L * 1024 * 1024;

  /** So a tenant that may have few is not let beyond them by many uploads at once. */
  private static final long PARTS = 64;

  private final ArtifactStore store;
  private final Database database;
  private final ArtifactConfig config;
  private final Clock clock;
  private final Senders senders;

  Intake(ArtifactStore store, Database database, ArtifactConfig config, Clock clock) {
    this.store = store;
    this.database = database;
    this.config = config;
    this.clock = clock;
    this.senders = new Senders(config.concurrentUploads(), config.concurrentUploadsPerTenant());
  }

  /** How many uploads send bytes to this instance just now. */
  int underWay() {
    return senders.count();
  }

  /**
   * Adds bytes to an upload; what came before a limit, or before the line broke, is kept.
   *
   * @param mostBytes how many all of the upload may have, whatever the tenant has left
   * @return how many are kept
   */
  long append(TenantId tenant, UploadId upload, long offset, InputStream bytes, long mostBytes) {
    return senders.send(
        tenant,
        () -> {
          var left = leftBytes(tenant, upload);
          return StoreCall.call(
              () -> {
                try {
                  return store.append(
                      upload,
                      offset,
                      attended(tenant, upload, offset, bytes),
                      Math.min(mostBytes, left));
                } catch (StoreException.TooLarge beyond) {
                  throw left < mostBytes ? full() : beyond;
                }
              });
        });
  }

  /** What the tenant's others take meanwhile is not left to this one. */
  private InputStream attended(TenantId tenant, UploadId upload, long offset, InputStream bytes) {
    var every = Math.clamp(config.bytesPerTenant() / PARTS, 1, MOST_UNSEEN_BYTES);
    return new AttendedBytes(
        bytes,
        every,
        config.keepUploadFor().dividedBy(4),
        clock,
        came -> lookAgain(tenant, upload, offset + came));
  }

  /**
   * Also says that somebody goes on with it, since one request may last longer than an upload is
   * kept. With the database away for a moment it goes on, until the next look.
   */
  private void lookAgain(TenantId tenant, UploadId upload, long bytes) {
    try {
      touch(upload);
      requireRoom(tenant, upload, bytes);
    } catch (RefusedException full) {
      throw full;
    } catch (RuntimeException away) {
      LOG.debugf("What a tenant has left is not known: %s", away.toString());
    }
  }

  private void touch(UploadId upload) {
    database.inTransaction(
        db -> {
          UploadTable.touch(db, upload, clock.instant());
          return null;
        });
  }

  /** Before an upload begins: whether the tenant may have one more, of so many bytes. */
  void requireRoom(TenantId tenant, UploadId upload, long bytes) {
    if (bytes > leftBytes(tenant, upload)) {
      throw full();
    }
  }

  /** The same when it is recorded. */
  void requireRoom(ArtifactTable.Use use, long bytes) {
    if (use.artifacts() >= config.perTenant()) {
      throw new Refusal.LimitReached("artifacts of the tenant", config.perTenant()).asException();
    }
    if (use.bytes() + bytes > config.bytesPerTenant()) {
      throw full();
    }
  }

  /** What is left to an upload: what the tenant's others hold already is not. */
  private long leftBytes(TenantId tenant, UploadId upload) {
    var taken =
        database.inTransaction(
            db -> {
              var use = ArtifactTable.use(db, tenant);
              requireRoom(use, 0);
              return new Taken(use.bytes(), UploadTable.underWay(db, tenant));
            });
    var held =
        taken.uploads.stream()
            .filter(it -> !it.id().equals(upload))
            .mapToLong(this::heldBytes)
            .sum();
    return Math.max(0, config.bytesPerTenant() - taken.bytes - held);
  }

  /** What a tenant has, and what else it is uploading. */
  private record Taken(long bytes, List<UploadTable.UnderWay> uploads) {
    Taken {
      uploads = List.copyOf(uploads);
    }
  }

  private long heldBytes(UploadTable.UnderWay upload) {
    try {
      return store.keptBytes(upload.id());
    } catch (StoreException | IOException gone) {
      return upload.storedBytes();
    }
  }

  private RuntimeException full() {
    return new Refusal.LimitReached(
            "bytes of the tenant's artifacts and uploads", config.bytesPerTenant())
        .asException();
  }
}
