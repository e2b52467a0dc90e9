package io.muster.firmware.download;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.firmware.HandWired;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.artifacts.ArtifactConfig;
import io.muster.firmware.store.ArtifactStore;
import io.muster.firmware.store.Digests;
import io.muster.firmware.store.FileStore;
import io.muster.firmware.store.Sha256;
import io.muster.firmware.store.StoredObject;
import io.muster.firmware.store.UploadId;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jboss.resteasy.reactive.PathPart;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By which way the bytes go: from the file, through this process, or from elsewhere. */
class DownloadsTest {
  private static final URI ELSEWHERE = URI.create("https://cdn.example/objects/x?signature=y");
  private static final byte[] BYTES = "0123456789".repeat(30).getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private FileStore files;
  private Artifact artifact;

  @BeforeEach
  void store() throws IOException {
    files = new FileStore(folder, 0, Clock.systemUTC());
    var upload = UploadId.random(new SecureRandom());
    files.begin(upload);
    files.append(upload, 0, new ByteArrayInputStream(BYTES), BYTES.length);
    var digests = files.complete(upload, Optional.empty());
    artifact =
        new Artifact(
            1,
            UUID.randomUUID(),
            "image.swu",
            digests.sha256(),
            digests.sha1(),
            digests.md5(),
            digests.sizeBytes(),
            Instant.EPOCH,
            "pat");
  }

  @Test
  void theKernelSendsAFileOrAPieceOfIt() {
    var whole = downloads(files).deviceAnswer(artifact, get(null));
    assertPart(0, BYTES.length, whole);
    var piece = downloads(files).deviceAnswer(artifact, get("bytes=5-9"));
    assertEquals(206, piece.getStatus());
    assertPart(5, 5, piece);
  }

  private static void assertPart(long first, long count, Response answer) {
    var part = assertInstanceOf(PathPart.class, answer.getEntity());
    assertEquals(first, part.offset);
    assertEquals(count, part.count);
  }

  /** Vert.x would make one write of it, and call the connection idle while that lasts. */
  @Test
  void whatIsEncryptedPassesThroughInSmallPieces() throws IOException {
    var whole = downloads(files).answer(artifact, encrypted(null));
    assertEquals(new String(BYTES, StandardCharsets.US_ASCII), text(whole));
    assertEquals(1, taken.get(), "each piece was waited for");
    assertEquals("300", whole.getHeaderString(HttpHeaders.CONTENT_LENGTH));
    var piece = downloads(files).answer(artifact, encrypted("bytes=295-"));
    assertEquals(206, piece.getStatus());
    assertEquals("56789", text(piece));
    assertEquals("5", piece.getHeaderString(HttpHeaders.CONTENT_LENGTH));
    assertEquals("bytes 295-299/300", piece.getHeaderString("Content-Range"));
  }

  private static String text(Response answer) throws IOException {
    var out = new ByteArrayOutputStream();
    assertInstanceOf(StreamingOutput.class, answer.getEntity()).write(out);
    return out.toString(StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"bytes=5-9", "bytes=295-", "bytes=9-5"})
  void aDeviceIsSentElsewhereForAllOfItOrOnePiece(String range) {
    var answer = downloads(new Elsewhere(files)).deviceAnswer(artifact, get(range));
    assertEquals(307, answer.getStatus());
    assertEquals(ELSEWHERE, answer.getLocation());
    assertEquals("no-store", answer.getHeaderString(HttpHeaders.CACHE_CONTROL));
    assertNull(answer.getEntity());
    assertEquals(1, counted("redirect"));
  }

  @Test
  void whatIsNotUnderstoodElsewhereIsAnsweredHere() {
    var downloads = downloads(new Elsewhere(files));
    var head =
        downloads.deviceAnswer(
            artifact,
            new Downloads.Wish(null, null, null, true, false, Pace.ANY, begun::incrementAndGet));
    assertEquals(200, head.getStatus());
    assertEquals("300", head.getHeaderString(HttpHeaders.CONTENT_LENGTH));
    var two = downloads.deviceAnswer(artifact, get("bytes=0-1,5-9"));
    assertEquals(206, two.getStatus());
    assertTrue(two.getMediaType().toString().startsWith("multipart/byteranges"));
    var many = "bytes=" + String.join(",", Collections.nCopies(201, "0-0"));
    assertEquals(416, downloads.deviceAnswer(artifact, get(many)).getStatus());
    assertEquals(416, downloads.deviceAnswer(artifact, get("bytes=300-")).getStatus());
    var has = "\"" + artifact.sha256().hex() + "\"";
    var same = new Downloads.Wish(null, null, has, false, false, Pace.ANY, begun::incrementAndGet);
    assertEquals(304, downloads.deviceAnswer(artifact, same).getStatus());
    assertEquals(307, downloads.deviceAnswer(artifact, get(null)).getStatus());
    // Of these one alone has bytes of the file.
    assertEquals(1, begun.get());
    assertEquals(1, counted("redirect"));
  }

  @Test
  void whatIsRefusedWhenItBeginsIsNotCounted() {
    var full = new IllegalStateException("full");
    var wish =
        new Downloads.Wish(
            null,
            null,
            null,
            false,
            false,
            Pace.ANY,
            () -> {
              throw full;
            });
    var downloads = downloads(files);
    assertSame(
        full,
        assertThrows(IllegalStateException.class, () -> downloads.deviceAnswer(artifact, wish)));
    assertEquals(0, counted("whole"));
  }

  @Test
  void peopleGetItHere() {
    var answer = downloads(new Elsewhere(files)).answer(artifact, get(null));
    assertEquals(200, answer.getStatus());
    assertEquals(1, begun.get());
    assertEquals(0, counted("redirect"));
  }

  private Downloads.Wish get(String range) {
    return new Downloads.Wish(range, null, null, false, false, Pace.ANY, begun::incrementAndGet);
  }

  private Downloads.Wish encrypted(String range) {
    return new Downloads.Wish(
        range, null, null, false, true, taken::incrementAndGet, begun::incrementAndGet);
  }

  private Downloads downloads(ArtifactStore store) {
    return new Downloads(store, HandWired.config(ArtifactConfig.class, Map.of()), meters);
  }

  private double counted(String answer) {
    return meters.get("muster.firmware.downloads").tag("answer", answer).counter().count();
  }

  /** Files that can be had at another place as well. */
  private record Elsewhere(ArtifactStore files) implements ArtifactStore {
    @Override
    public Optional<URI> elsewhere(Sha256 name, String filename) {
      return Optional.of(ELSEWHERE);
    }

    @Override
    public Optional<StoredObject> find(Sha256 name) throws IOException {
      return files.find(name);
    }

    @Override
    public InputStream open(Sha256 name, long first, long count) throws IOException {
      return files.open(name, first, count);
    }

    @Override
    public void begin(UploadId upload) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long keptBytes(UploadId upload) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long append(UploadId upload, long offset, InputStream bytes, long limitBytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Digests complete(UploadId upload, Optional<Sha256> announced, Verified verified) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void discard(UploadId upload) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Sweep sweep(Instant before, Predicate<Sha256> known) {
      throw new UnsupportedOperationException();
    }
  }
}
