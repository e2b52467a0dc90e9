package io.muster.firmware.artifacts;

import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.store.FileStore;
import io.muster.firmware.store.UploadId;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** How many artifacts and uploads a tenant may have. */
class ArtifactLimitsIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final Author BY = new Author("pat", null);
  private static final FileName NAME = new FileName("a.bin");
  private static final TenantId TENANT = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");

  @TempDir Path folder;
  private PlainParts parts;
  private Artifacts artifacts;
  private Uploads uploads;

  @BeforeEach
  void wire() throws Exception {
    var clock = Clock.systemUTC();
    parts = new PlainParts(DATABASE, folder, clock);
    var store = new FileStore(folder, 0, clock);
    var limits =
        config(
            ArtifactConfig.class,
            Map.of(
                "muster.firmware.artifacts.per-tenant", "2",
                "muster.firmware.artifacts.uploads-per-tenant", "1"));
    var intake = new Intake(store, parts.database, limits, clock);
    artifacts = new Artifacts(store, intake, parts.database, parts.changes, limits, clock);
    var completion = new Completion(store, artifacts, parts.database, limits, clock);
    uploads = new Uploads(store, intake, completion, parts.database, parts.changes, limits, clock);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void aTenantHasSoManyArtifactsByWhicheverWay() {
    var first = take(TENANT, 1);
    var upload = begin(TENANT);
    uploads.append(TENANT, upload, 0, stream(2));
    take(TENANT, 3);
    assertLimit("artifacts of the tenant", 2, () -> take(TENANT, 4));
    assertLimit("artifacts of the tenant", 2, () -> uploads.complete(TENANT, upload, BY));
    // Nobody counts for another.
    take(OTHER, 4);
    artifacts.delete(TENANT, first.id(), BY);
    uploads.complete(TENANT, upload, BY);
    assertEquals(2, artifacts.list(TENANT, 0, null, 10).size());
  }

  @Test
  void aTenantHasSoManyUploadsUnderWay() throws Exception {
    var upload = begin(TENANT);
    assertLimit("uploads under way", 1, () -> begin(TENANT));
    assertEquals(1, files());
    begin(OTHER);
    uploads.append(TENANT, upload, 0, stream(1));
    uploads.complete(TENANT, upload, BY);
    // What became an artifact is not under way any more, and neither is what somebody left.
    uploads.discard(TENANT, begin(TENANT), BY);
    begin(TENANT);
  }

  private long files() throws Exception {
    try (var files = Files.list(folder.resolve("uploads"))) {
      return files.count();
    }
  }

  private Artifact take(TenantId tenant, int what) {
    return artifacts.take(tenant, NAME, Optional.empty(), stream(what), BY);
  }

  private UploadId begin(TenantId tenant) {
    return uploads.begin(tenant, NAME, null, Optional.empty(), BY).id();
  }

  private static ByteArrayInputStream stream(int what) {
    return new ByteArrayInputStream(new byte[] {(byte) what});
  }

  private static void assertLimit(String what, long value, Executable step) {
    var refused = assertThrows(RefusedException.class, step).refusal();
    assertEquals(new Refusal.LimitReached(what, value), refused);
  }
}
