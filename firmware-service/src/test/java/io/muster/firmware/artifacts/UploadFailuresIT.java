package io.muster.firmware.artifacts;

import static io.muster.firmware.HandWired.bean;
import static io.muster.firmware.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.SetClock;
import io.muster.firmware.audit.AuditLog;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.PoolConfig;
import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.FileStore;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.store.StoreException;
import io.muster.firmware.store.UploadId;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What is left when an upload fails in the middle, by disk, database or sender. */
class UploadFailuresIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final Author BY = new Author("pat", null);
  private static final FileName NAME = new FileName("a.bin");
  private static final TenantId TENANT = new TenantId("acme");
  private static final byte[] BYTES = new byte[600];
  private static final byte[] OTHER_BYTES = new byte[600];

  static {
    new Random(3).nextBytes(BYTES);
    new Random(4).nextBytes(OTHER_BYTES);
  }

  @TempDir Path folder;
  private SetClock time;
  private FileStore store;
  private Database database;
  private ArtifactConfig limits;
  private Uploads uploads;
  private Artifacts artifacts;

  @BeforeEach
  void wire() throws Exception {
    time = new SetClock();
    time.set(Instant.now());
    var clock = time;
    store = new FileStore(folder, 0, clock);
    limits =
        config(ArtifactConfig.class, Map.of("muster.firmware.artifacts.bytes-per-tenant", "1000"));
    var patient = Map.of("muster.firmware.database.transaction-timeout", "60s");
    database = bean(Database.class, DATABASE.pool(), config(PoolConfig.class, patient));
    var audit =
        bean(
            AuditLog.class,
            config(Class.forName("io.muster.firmware.audit.AuditConfig"), Map.of()),
            clock);
    var intake = new Intake(store, database, limits, clock);
    var changes = bean(Changes.class, database, audit);
    artifacts = new Artifacts(store, intake, database, changes, limits, clock);
    var completion = new Completion(store, artifacts, database, limits, clock);
    uploads = new Uploads(store, intake, completion, database, changes, limits, clock);
  }

  @Test
  void bytesThatCouldNotBeRecordedNeedNotBeSentAgain() {
    var upload = sent(null, BYTES);
    // Its last step fails: the object is there by then.
    DATABASE.run("ALTER TABLE audit RENAME TO audit_away");
    assertThrows(Exception.class, () -> uploads.complete(TENANT, upload, BY));
    assertThrows(StoreException.NoUpload.class, () -> store.keptBytes(upload));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM artifact"));
    assertEquals(BYTES.length, uploads.progress(TENANT, upload).keptBytes());
    DATABASE.run("ALTER TABLE audit_away RENAME TO audit");
    var artifact = uploads.complete(TENANT, upload, BY);
    assertEquals(BYTES.length, artifact.sizeBytes());
    assertEquals(artifact.id(), uploads.complete(TENANT, upload, BY).id());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM artifact"));
  }

  @Test
  void aFolderThatFailsLeavesNothingThatCounts() throws Exception {
    var uploading = folder.resolve("uploads");
    Files.delete(uploading);
    for (var i = 0; i < 40; i++) {
      assertInstanceOf(Refusal.Unavailable.class, refusal(() -> begin(null)));
    }
    assertEquals(0, DATABASE.number("SELECT count(*) FROM upload"));
    Files.createDirectory(uploading);
    begin(null);
  }

  @Test
  void aDatabaseThatFailsLeavesNoFile() throws Exception {
    DATABASE.run("ALTER TABLE upload RENAME COLUMN touched_at TO touched");
    assertThrows(Exception.class, () -> begin(null));
    DATABASE.run("ALTER TABLE upload RENAME COLUMN touched TO touched_at");
    assertEquals(0, filesUnder("uploads"));
  }

  @Test
  void whatWasNotAsAnnouncedCountsNoMore() throws Exception {
    for (var i = 0; i < 40; i++) {
      var upload = sent(sha256(BYTES), new byte[1]);
      assertInstanceOf(
          Refusal.Meaningless.class, refusal(() -> uploads.complete(TENANT, upload, BY)));
    }
    assertEquals(0, DATABASE.number("SELECT count(*) FROM upload"));
  }

  /** An upload that was announced by another's digest, and whose own bytes are gone. */
  @Test
  void nobodyGetsWhatOthersUploadedByItsDigest() throws Exception {
    artifacts.take(new TenantId("other"), NAME, Optional.empty(), stream(BYTES), BY);
    var upload = sent(sha256(BYTES), new byte[1]);
    store.discard(upload);
    for (var i = 0; i < 2; i++) {
      assertInstanceOf(Refusal.Absent.class, refusal(() -> uploads.complete(TENANT, upload, BY)));
    }
    assertEquals(1, DATABASE.number("SELECT count(*) FROM artifact"));
  }

  @Test
  void whatIsUnderWayCountsAsWhatIsThere() throws Exception {
    var first = sent(null, BYTES);
    assertInstanceOf(
        Refusal.LimitReached.class,
        refusal(() -> uploads.begin(TENANT, NAME, 500L, Optional.empty(), BY)));
    var second = begin(null);
    assertInstanceOf(
        Refusal.LimitReached.class,
        refusal(() -> uploads.append(TENANT, second, 0, stream(new byte[500]))));
    assertEquals(400, uploads.progress(TENANT, second).keptBytes());
    assertInstanceOf(
        Refusal.LimitReached.class,
        refusal(() -> artifacts.take(TENANT, NAME, Optional.empty(), stream(new byte[1]), BY)));
    // Another tenant has its own.
    artifacts.take(new TenantId("other"), NAME, Optional.empty(), stream(BYTES), BY);
    uploads.discard(TENANT, first, BY);
    assertEquals(500, uploads.append(TENANT, second, 400, stream(new byte[100])));
  }

  /** An upload that nobody goes on with, and bytes that nobody recorded. */
  @Test
  void whatACrashLeftIsRemovedInTheEndAndWhatSomebodyHasStays() throws Exception {
    var had = artifacts.take(TENANT, NAME, Optional.empty(), stream(BYTES), BY);
    sent(null, new byte[10]);
    store.complete(sent(null, new byte[20]), Optional.empty());
    assertEquals(new ArtifactStore.Sweep(0, 0), sweep(Duration.ZERO));
    assertEquals(2, DATABASE.number("SELECT count(*) FROM upload WHERE artifact_key IS NULL"));
    assertEquals(new ArtifactStore.Sweep(1, 1), sweep(Duration.ofDays(2)));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM upload"));
    assertTrue(store.find(had.sha256()).isPresent());
  }

  @Test
  void whatWasDeletedCountsUntilItIsSwept() throws Exception {
    var first = take(BYTES);
    artifacts.delete(TENANT, first.id(), BY);
    assertInstanceOf(Refusal.LimitReached.class, refusal(() -> take(OTHER_BYTES)));
    sweep(Duration.ofHours(23));
    assertInstanceOf(Refusal.LimitReached.class, refusal(() -> take(OTHER_BYTES)));
    sweep(Duration.ofHours(25));
    assertTrue(store.find(first.sha256()).isEmpty());
    assertEquals(0, DATABASE.number("SELECT count(*) FROM artifact_remains"));
    take(OTHER_BYTES);
  }

  @Test
  void bytesThatTheTenantStillHasCountOnce() {
    var limit = new byte[400];
    artifacts.delete(TENANT, take(limit).id(), BY);
    take(limit);
    // Not 1,000 yet.
    take(new byte[500]);
  }

  @Test
  void whatComesInOneRequestCountsForTheOthers() throws Exception {
    var upload = begin(null);
    var other = new AtomicReference<Refusal>();
    var bytes =
        inTheMiddle(
            stream(BYTES),
            () ->
                other.set(refusal(() -> uploads.append(TENANT, upload, 0, stream(new byte[500])))),
            stream(new byte[0]));
    artifacts.take(TENANT, NAME, Optional.empty(), bytes, BY);
    assertInstanceOf(Refusal.LimitReached.class, other.get());
    assertEquals(400, uploads.progress(TENANT, upload).keptBytes());
  }

  @Test
  void whatOthersTakeWhileOneIsUnderWayIsNotLeftToIt() throws Exception {
    var upload = begin(null);
    var bytes =
        inTheMiddle(
            stream(new byte[300]),
            () -> uploads.append(TENANT, upload, 0, stream(new byte[500])),
            stream(new byte[300]));
    assertInstanceOf(
        Refusal.LimitReached.class,
        refusal(() -> artifacts.take(TENANT, NAME, Optional.empty(), bytes, BY)));
    assertEquals(1, filesUnder("uploads"));
    assertEquals(1, DATABASE.number("SELECT count(*) FROM upload"));
  }

  private static InputStream inTheMiddle(InputStream first, Runnable step, InputStream last) {
    var middle =
        new InputStream() {
          @Override
          public int read() {
            step.run();
            return -1;
          }
        };
    return new SequenceInputStream(
        Collections.enumeration(List.<InputStream>of(first, middle, last)));
  }

  /** In one request, that lasts longer than an upload is kept. */
  @Test
  void anUploadThatTakesLongIsNotSweptMeanwhile() throws Exception {
    var upload = begin(null);
    var slow =
        inTheMiddle(
            stream(new byte[] {1}),
            () -> time.advance(Duration.ofHours(23)),
            inTheMiddle(stream(new byte[] {2}), this::sweepTwoHoursLater, stream(new byte[] {3})));
    uploads.append(TENANT, upload, 0, slow);
    assertEquals(3, uploads.complete(TENANT, upload, BY).sizeBytes());
  }

  private void sweepTwoHoursLater() {
    try {
      time.advance(Duration.ofHours(2));
      sweep(Duration.ZERO);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** With the service, so nobody could write down that it ended. */
  @Test
  void whatWasCutShortMustHaveBeenAnnounced() throws Exception {
    for (var announced : new Sha256[] {null, sha256(BYTES)}) {
      var upload = begin(announced);
      var cut = stream(Arrays.copyOf(BYTES, 100));
      assertThrows(
          Exception.class,
          () ->
              uploads.append(
                  TENANT,
                  upload,
                  0,
                  inTheMiddle(
                      cut,
                      () -> DATABASE.run("ALTER TABLE upload RENAME COLUMN requests_open TO other"),
                      stream(new byte[0]))));
      DATABASE.run("ALTER TABLE upload RENAME COLUMN other TO requests_open");
      uploads.append(TENANT, upload, 100, stream(Arrays.copyOfRange(BYTES, 100, BYTES.length)));
      if (announced == null) {
        var refused = refusal(() -> uploads.complete(TENANT, upload, BY));
        assertEquals("upload-uncertain", assertInstanceOf(Refusal.Conflict.class, refused).kind());
        uploads.discard(TENANT, upload, BY);
      } else {
        uploads.complete(TENANT, upload, BY);
      }
    }
  }

  /** The sender's line, and not the service: all that came is there. */
  @Test
  void whatBrokeOffGoesOnWithoutAnAnnouncement() throws Exception {
    var upload = begin(null);
    assertThrows(
        RuntimeException.class,
        () ->
            uploads.append(
                TENANT,
                upload,
                0,
                inTheMiddle(
                    stream(Arrays.copyOf(BYTES, 100)),
                    () -> {
                      throw new UncheckedIOException(new IOException("gone"));
                    },
                    stream(new byte[0]))));
    uploads.append(TENANT, upload, 100, stream(Arrays.copyOfRange(BYTES, 100, BYTES.length)));
    assertEquals(sha256(BYTES), uploads.complete(TENANT, upload, BY).sha256());
  }

  @Test
  void whatCouldNotBeRecordedCountsUntilItIsSwept() throws Exception {
    DATABASE.run("ALTER TABLE audit RENAME TO audit_away");
    assertThrows(Exception.class, () -> take(BYTES));
    DATABASE.run("ALTER TABLE audit_away RENAME TO audit");
    assertInstanceOf(Refusal.LimitReached.class, refusal(() -> take(OTHER_BYTES)));
    sweep(Duration.ofHours(25));
    assertEquals(0, filesUnder("uploads"));
    take(OTHER_BYTES);
  }

  @Test
  void anUploadThatIsDiscardedAfterItsRefusalCountsUntilItIsSwept() throws Exception {
    var upload = sent(null, BYTES);
    DATABASE.run("ALTER TABLE audit RENAME TO audit_away");
    assertThrows(Exception.class, () -> uploads.complete(TENANT, upload, BY));
    DATABASE.run("ALTER TABLE audit_away RENAME TO audit");
    assertInstanceOf(Refusal.LimitReached.class, refusal(() -> take(OTHER_BYTES)));
    uploads.discard(TENANT, upload, BY);
    assertInstanceOf(Refusal.LimitReached.class, refusal(() -> take(OTHER_BYTES)));
    sweep(Duration.ofHours(25));
    take(OTHER_BYTES);
  }

  private Artifact take(byte[] bytes) {
    return artifacts.take(TENANT, NAME, Optional.empty(), stream(bytes), BY);
  }

  private ArtifactStore.Sweep sweep(Duration later) throws IOException {
    var clock = Clock.offset(time, later);
    return new StoreSweeper(store, database, limits, new SimpleMeterRegistry(), clock).sweep();
  }

  @Test
  void anEmptyFileLeavesNothingAndAnEmptyUploadGoesOn() throws Exception {
    assertInstanceOf(
        Refusal.Meaningless.class,
        refusal(() -> artifacts.take(TENANT, NAME, Optional.empty(), stream(new byte[0]), BY)));
    assertEquals(0, filesUnder("uploads"));
    assertEquals(0, filesUnder("objects"));
    var upload = sent(null, new byte[0]);
    assertInstanceOf(Refusal.Conflict.class, refusal(() -> uploads.complete(TENANT, upload, BY)));
    uploads.append(TENANT, upload, 0, stream(BYTES));
    assertEquals(BYTES.length, uploads.complete(TENANT, upload, BY).sizeBytes());
  }

  @Test
  void fiftyAtOnceMakeOneArtifact() throws Exception {
    var upload = sent(null, BYTES);
    Callable<UUID> complete = () -> uploads.complete(TENANT, upload, BY).id();
    var made = new HashSet<UUID>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var one : threads.invokeAll(Collections.nCopies(50, complete))) {
        try {
          made.add(one.get());
        } catch (ExecutionException busy) {
          assertInstanceOf(Refusal.Conflict.class, ((RefusedException) busy.getCause()).refusal());
        }
      }
    }
    assertEquals(1, made.size());
    assertEquals(1, DATABASE.number("SELECT count(*) FROM artifact"));
    assertEquals(
        1, DATABASE.number("SELECT count(*) FROM audit WHERE action = 'artifact-created'"));
  }

  private UploadId begin(Sha256 announced) {
    return uploads.begin(TENANT, NAME, null, Optional.ofNullable(announced), BY).id();
  }

  private UploadId sent(Sha256 announced, byte[] bytes) {
    var upload = begin(announced);
    uploads.append(TENANT, upload, 0, stream(bytes));
    return upload;
  }

  private static ByteArrayInputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private static Refusal refusal(Executable step) {
    return assertThrows(RefusedException.class, step).refusal();
  }

  private long filesUnder(String directory) throws Exception {
    try (var files = Files.list(folder.resolve(directory))) {
      return files.count();
    }
  }

  private static Sha256 sha256(byte[] bytes) throws Exception {
    return new Sha256(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
  }
}
