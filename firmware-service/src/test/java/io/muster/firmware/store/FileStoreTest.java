package io.muster.firmware.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {

  private static final long LIMIT = 10_000_000;
  private static final Instant LATER = Instant.now().plus(Duration.ofDays(1));

  @TempDir Path root;
  private FileStore store;

  @BeforeEach
  void open() throws IOException {
    store = reopened();
  }

  @Test
  void storesBytesUnderTheirDigestAndKnowsAllThree() throws Exception {
    byte[] content = "hello".getBytes(StandardCharsets.UTF_8);
    Digests digests = stored(content);
    assertEquals(
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", digests.sha256().hex());
    assertEquals("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", digests.sha1());
    assertEquals("5d41402abc4b2a76b9719d911017c592", digests.md5());
    assertEquals(5, digests.sizeBytes());
    StoredObject object = store.find(digests.sha256()).orElseThrow();
    assertEquals(5, object.sizeBytes());
    assertArrayEquals(content, Files.readAllBytes(object.file().orElseThrow()));
  }

  @Test
  void storesNothingAsWell() throws Exception {
    assertEquals(0, stored(new byte[0]).sizeBytes());
  }

  @Test
  void goesOnWhereACutUploadEnded() throws Exception {
    byte[] content = random(300_000);
    UploadId upload = begun();
    InputStream cut =
        new SequenceInputStream(new ByteArrayInputStream(content, 0, 100_001), new Cut());
    assertThrows(IOException.class, () -> store.append(upload, 0, cut, LIMIT));
    assertEquals(100_001, store.keptBytes(upload));
    assertEquals(300_000, store.append(upload, 100_001, part(content, 100_001), LIMIT));
    assertEquals(sha256(content), store.complete(upload, Optional.of(sha256(content))).sha256());
  }

  @Test
  void goesOnAfterTheProcessWasAnotherOne() throws Exception {
    byte[] content = random(200_000);
    UploadId upload = begun();
    store.append(upload, 0, new ByteArrayInputStream(content, 0, 150_000), LIMIT);
    store = reopened();
    assertEquals(150_000, store.keptBytes(upload));
    store.append(upload, 150_000, part(content, 150_000), LIMIT);
    assertEquals(sha256(content), store.complete(upload, Optional.empty()).sha256());
  }

  @Test
  void doesNotTrustDigestsOfBytesThatAnotherInstanceAddedTo() throws Exception {
    byte[] content = random(90_000);
    UploadId upload = begun();
    store.append(upload, 0, new ByteArrayInputStream(content, 0, 30_000), LIMIT);
    FileStore other = reopened();
    other.append(upload, 30_000, new ByteArrayInputStream(content, 30_000, 30_000), LIMIT);
    store.append(upload, 60_000, part(content, 60_000), LIMIT);
    assertEquals(sha256(content), store.complete(upload, Optional.empty()).sha256());
  }

  @Test
  void keepsRightDigestsOfMoreUploadsThanItRemembers() throws Exception {
    List<byte[]> contents = IntStream.range(0, 70).mapToObj(_ -> random(1_000)).toList();
    List<UploadId> uploads = contents.stream().map(_ -> begun()).toList();
    for (int i = 0; i < uploads.size(); i++) {
      store.append(uploads.get(i), 0, part(contents.get(i), 0), LIMIT);
    }
    for (int i = 0; i < uploads.size(); i++) {
      assertEquals(
          sha256(contents.get(i)), store.complete(uploads.get(i), Optional.empty()).sha256());
    }
  }

  @Test
  void refusesBytesThatBeginElsewhereAndSaysWhere() throws Exception {
    UploadId upload = begun();
    store.append(upload, 0, part(random(10), 0), LIMIT);
    for (long offset : new long[] {0, 9, 11, Long.MAX_VALUE, -1}) {
      var refused =
          assertThrows(
              StoreException.WrongOffset.class,
              () -> store.append(upload, offset, part(random(10), 0), LIMIT));
      assertEquals(10, refused.keptBytes());
    }
    assertEquals(10, store.keptBytes(upload));
  }

  @Test
  void takesAsManyBytesAsTheLimitAndNotOneMore() throws Exception {
    UploadId exact = begun();
    assertEquals(100_000, store.append(exact, 0, part(random(100_000), 0), 100_000));
    var refused =
        assertThrows(
            StoreException.TooLarge.class,
            () -> store.append(exact, 100_000, part(new byte[1], 0), 100_000));
    assertEquals(100_000, refused.limitBytes());
    assertEquals(100_000, store.keptBytes(exact));
  }

  @Test
  void refusesContentThatIsNotWhatWasAnnouncedAndForgetsIt() throws Exception {
    UploadId upload = begun();
    store.append(upload, 0, part(random(10), 0), LIMIT);
    Sha256 other = sha256(random(11));
    assertThrows(
        StoreException.OtherContent.class, () -> store.complete(upload, Optional.of(other)));
    assertThrows(StoreException.NoUpload.class, () -> store.keptBytes(upload));
    assertEquals(Optional.empty(), store.find(other));
    assertEquals(0, filesUnder("objects"));
  }

  @Test
  void keepsTheSameBytesOnce() throws Exception {
    byte[] content = random(5_000);
    assertEquals(stored(content), stored(content));
    assertEquals(1, filesUnder("objects"));
    assertEquals(0, filesUnder("uploads"));
  }

  @Test
  void readersOfAnObjectAreNotDisturbedWhenTheSameBytesComeAgain() throws Exception {
    byte[] content = random(5_000);
    Path file = store.find(stored(content).sha256()).orElseThrow().file().orElseThrow();
    try (InputStream reading = Files.newInputStream(file)) {
      byte[] first = reading.readNBytes(2_000);
      stored(content);
      assertEquals(3_000, reading.readAllBytes().length);
      assertArrayEquals(new ByteArrayInputStream(content).readNBytes(2_000), first);
    }
  }

  @Test
  void letsOneWriterAtAnUploadAtATime() throws Exception {
    UploadId upload = begun();
    var reading = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Long> writer =
          threads.submit(() -> store.append(upload, 0, new Held(reading, goOn), LIMIT));
      try {
        assertTrue(reading.await(60, TimeUnit.SECONDS));
        FileStore other = reopened();
        assertThrows(
            StoreException.Busy.class, () -> store.append(upload, 0, part(new byte[1], 0), LIMIT));
        assertThrows(StoreException.Busy.class, () -> other.complete(upload, Optional.empty()));
        assertThrows(StoreException.Busy.class, () -> store.discard(upload));
        assertEquals(0, store.sweep(LATER, _ -> true).uploads());
      } finally {
        goOn.countDown();
      }
      assertEquals(0, writer.get(60, TimeUnit.SECONDS));
    }
  }

  @Test
  void ofManyWhoCompleteOneUploadOneDoes() throws Exception {
    UploadId upload = begun();
    store.append(upload, 0, part(random(100), 0), LIMIT);
    Callable<Boolean> attempt =
        () -> {
          try {
            return store.complete(upload, Optional.empty()) != null;
          } catch (StoreException.Busy | StoreException.NoUpload e) {
            return false;
          }
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int done = 0;
      for (Future<Boolean> each :
          threads.invokeAll(IntStream.range(0, 50).mapToObj(_ -> attempt).toList())) {
        done += each.get() ? 1 : 0;
      }
      assertEquals(1, done);
    }
  }

  @Test
  void fiftyUploadsOfOneContentAtOnceLeaveOneObject() throws Exception {
    byte[] content = random(200_000);
    Callable<Digests> upload = () -> stored(content);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Digests> each :
          threads.invokeAll(IntStream.range(0, 50).mapToObj(_ -> upload).toList())) {
        assertEquals(sha256(content), each.get().sha256());
      }
    }
    assertEquals(1, filesUnder("objects"));
    assertEquals(0, filesUnder("uploads"));
  }

  @Test
  void aFullVolumeIsSaidAndWhatWasKeptStays() throws Exception {
    UploadId upload = begun();
    store.append(upload, 0, part(random(10), 0), LIMIT);
    FileStore full = new FileStore(root, Long.MAX_VALUE, Clock.systemUTC());
    assertThrows(
        StoreException.Full.class, () -> full.append(upload, 10, part(random(10), 0), LIMIT));
    assertEquals(10, full.keptBytes(upload));
  }

  @Test
  void knowsNoUploadThatWasNeverBegunCompletedOrDiscarded() throws Exception {
    UploadId upload = UploadId.random(new SecureRandom());
    assertThrows(
        StoreException.NoUpload.class, () -> store.append(upload, 0, part(new byte[1], 0), LIMIT));
    assertThrows(StoreException.NoUpload.class, () -> store.complete(upload, Optional.empty()));
    store.begin(upload);
    assertThrows(FileAlreadyExistsException.class, () -> store.begin(upload));
    store.discard(upload);
    store.discard(upload);
    assertThrows(StoreException.NoUpload.class, () -> store.keptBytes(upload));
  }

  @Test
  void aSweepTakesOldUploadsAndOldObjectsThatNobodyKnows() throws Exception {
    Sha256 known = stored(random(10)).sha256();
    Sha256 unknown = stored(random(10)).sha256();
    Sha256 fresh = stored(random(10)).sha256();
    UploadId old = begun();
    UploadId young = begun();
    age(store.find(known).orElseThrow().file().orElseThrow());
    age(store.find(unknown).orElseThrow().file().orElseThrow());
    age(root.resolve("uploads").resolve(old.hex()));
    Instant before = Instant.now().minus(Duration.ofHours(1));
    assertEquals(new ArtifactStore.Sweep(1, 1), store.sweep(before, known::equals));
    assertTrue(store.find(known).isPresent());
    assertFalse(store.find(unknown).isPresent());
    assertTrue(store.find(fresh).isPresent());
    assertEquals(0, store.keptBytes(young));
    assertThrows(StoreException.NoUpload.class, () -> store.keptBytes(old));
  }

  @Test
  void aSweepSparesWhatWasStoredAgainWhileItAsked() throws Exception {
    byte[] content = random(10);
    Sha256 name = stored(content).sha256();
    age(store.find(name).orElseThrow().file().orElseThrow());
    Instant before = Instant.now().minus(Duration.ofHours(1));
    ArtifactStore.Sweep sweep =
        store.sweep(
            before,
            _ -> {
              storedUnchecked(content);
              return false;
            });
    assertEquals(0, sweep.objects());
    assertTrue(store.find(name).isPresent());
  }

  @Test
  void aSweepLeavesFilesThatAreNoneOfIts() throws Exception {
    Path stranger = Files.writeString(root.resolve("uploads").resolve("README"), "x");
    Path other = Files.createDirectories(root.resolve("objects").resolve("lost+found"));
    Path inside = Files.writeString(other.resolve("x"), "x");
    store.sweep(LATER, _ -> false);
    assertTrue(Files.exists(stranger));
    assertTrue(Files.exists(inside));
  }

  private FileStore reopened() throws IOException {
    return new FileStore(root, 0, Clock.systemUTC());
  }

  private UploadId begun() {
    UploadId upload = UploadId.random(new SecureRandom());
    try {
      store.begin(upload);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return upload;
  }

  private Digests stored(byte[] content) throws IOException {
    UploadId upload = begun();
    store.append(upload, 0, part(content, 0), LIMIT);
    return store.complete(upload, Optional.empty());
  }

  private void storedUnchecked(byte[] content) {
    try {
      stored(content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private long filesUnder(String directory) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve(directory))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private static void age(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
  }

  private static InputStream part(byte[] content, int offset) {
    return new ByteArrayInputStream(content, offset, content.length - offset);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random().nextBytes(bytes);
    return bytes;
  }

  private static Sha256 sha256(byte[] content) throws Exception {
    return new Sha256(
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
  }

  /** A connection that breaks. */
  private static final class Cut extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("cut");
    }
  }

  /** A sender that pauses. */
  private static final class Held extends InputStream {
    private final CountDownLatch reading;
    private final CountDownLatch goOn;

    Held(CountDownLatch reading, CountDownLatch goOn) {
      this.reading = reading;
      this.goOn = goOn;
    }

    @Override
    public int read() throws IOException {
      reading.countDown();
      try {
        if (!goOn.await(120, TimeUnit.SECONDS)) {
          throw new IOException("nobody went on");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return -1;
    }
  }
}
