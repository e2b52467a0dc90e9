package io.muster.firmware.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.firmware.HandWired;
import io.muster.firmware.artifacts.ArtifactConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Through AWS' own client, to a bucket that verifies signatures. */
class BucketStoreTest {
  private static final long LIMIT = 10_000_000;
  private static final int PART_BYTES = 100_000;
  private static final Duration YOUNG = Duration.ofHours(12);

  @TempDir Path folder;
  private BucketServer server;
  private BucketStore store;

  @BeforeEach
  void open() throws IOException {
    server = new BucketServer();
    store = store(BucketServer.SECRET, Map.of());
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  @Test
  void whatIsWholeGoesIntoTheBucketUnderItsDigest() throws Exception {
    var content = random(50_000);
    var digests = stored(content);
    assertArrayEquals(content, server.objects().get(key(content)).bytes());
    assertEquals(50_000, store.find(digests.sha256()).orElseThrow().sizeBytes());
    try (var part = store.open(digests.sha256(), 10, 20)) {
      assertArrayEquals(java.util.Arrays.copyOfRange(content, 10, 30), part.readAllBytes());
    }
    // Nothing is left in the folder.
    try (var files = Files.list(folder.resolve("uploads"))) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void whatIsLargeGoesInParts() throws Exception {
    var content = random(2 * PART_BYTES + 1);
    stored(content);
    assertArrayEquals(content, server.objects().get(key(content)).bytes());
    assertEquals(0, server.uploadsUnderWay());
  }

  @Test
  void nothingIsAnObjectAsWell() throws Exception {
    var digests = stored(new byte[0]);
    try (var none = store.open(digests.sha256(), 0, 0)) {
      assertEquals(0, none.readAllBytes().length);
    }
    assertEquals(0, store.find(digests.sha256()).orElseThrow().sizeBytes());
  }

  @Test
  void aBucketThatIsAwayLosesNothing() throws Exception {
    var content = random(1_000);
    var upload = begun(content);
    server.away(true);
    assertThrows(IOException.class, () -> store.complete(upload, Optional.empty()));
    assertEquals(1_000, store.keptBytes(upload));
    server.away(false);
    assertEquals(sha256(content), store.complete(upload, Optional.empty()).sha256());
    assertThrows(StoreException.NoUpload.class, () -> store.keptBytes(upload));
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    assertEquals(Optional.empty(), store.find(sha256(random(1))));
  }

  @Test
  void aWrongKeyIsAnErrorAndNoAbsence() throws Exception {
    try (var stranger = store("another", Map.of())) {
      assertThrows(IOException.class, () -> stranger.find(sha256(random(1))));
    }
  }

  @Test
  void theSameBytesMakeAnOldObjectYoung() throws Exception {
    var content = random(100);
    stored(content);
    var young = server.objects().get(key(content)).at();
    stored(content);
    assertEquals(young, server.objects().get(key(content)).at());
    server.age(key(content), Instant.now().minus(YOUNG).minusSeconds(60));
    stored(content);
    assertTrue(server.objects().get(key(content)).at().isAfter(Instant.now().minusSeconds(60)));
  }

  @Test
  void theSweepTakesWhatIsOldAndUnknown() throws Exception {
    var known = random(10);
    var unknown = random(11);
    var young = random(12);
    stored(known);
    stored(unknown);
    stored(young);
    var old = Instant.now().minus(Duration.ofDays(2));
    server.age(key(known), old);
    server.age(key(unknown), old);
    server.objects().put("ours/objects/readme", new BucketServer.Stored(new byte[1], old));
    server.objects().put("others", new BucketServer.Stored(new byte[1], old));
    var name = sha256(known);
    var swept = store.sweep(Instant.now().minus(Duration.ofDays(1)), name::equals);
    assertEquals(new ArtifactStore.Sweep(0, 1), swept);
    assertEquals(
        java.util.Set.of(key(known), key(young), "ours/objects/readme", "others"),
        server.objects().keySet());
  }

  @Test
  void devicesMayBeSentToASignedUrl() throws Exception {
    var content = random(1_000);
    var digests = stored(content);
    assertEquals(Optional.empty(), store.elsewhere(digests.sha256(), "a.swu"));
    try (var redirecting = store(BucketServer.SECRET, Map.of("redirect", "true"))) {
      var url = redirecting.elsewhere(digests.sha256(), "a.swu").orElseThrow();
      var http = HttpClient.newHttpClient();
      var answer =
          http.send(
              HttpRequest.newBuilder(url).header("Range", "bytes=990-999").build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(206, answer.statusCode());
      assertEquals(10, answer.body().length);
      var forged =
          java.net.URI.create(url.toString().replace(digests.sha256().hex(), "0".repeat(64)));
      assertEquals(
          403,
          http.send(HttpRequest.newBuilder(forged).build(), HttpResponse.BodyHandlers.discarding())
              .statusCode());
    }
  }

  @Test
  void devicesMayBeSentToACdn() throws Exception {
    try (var cdn = store(BucketServer.SECRET, Map.of("cdn-url", "https://cdn.example/a"))) {
      var content = random(10);
      assertEquals(
          "https://cdn.example/a/" + key(content),
          cdn.elsewhere(sha256(content), "a.swu").orElseThrow().toString());
    }
  }

  private Digests stored(byte[] content) throws IOException {
    return store.complete(begun(content), Optional.empty());
  }

  private UploadId begun(byte[] content) throws IOException {
    var upload = UploadId.random(new SecureRandom());
    store.begin(upload);
    store.append(upload, 0, new ByteArrayInputStream(content), LIMIT);
    return upload;
  }

  private BucketStore store(String secret, Map<String, String> more) throws IOException {
    var settings = new HashMap<String, String>();
    settings.put("bucket", server.name());
    settings.put("endpoint", server.url());
    settings.put("prefix", "ours/");
    settings.putAll(more);
    var all = new HashMap<String, String>();
    settings.forEach((name, value) -> all.put("muster.firmware.artifacts.s3." + name, value));
    var config = HandWired.config(ArtifactConfig.class, all).s3();
    var credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(BucketServer.KEY_ID, secret));
    var bucket =
        new Bucket(
            Buckets.client(config, credentials),
            Buckets.signer(config, credentials),
            server.name(),
            PART_BYTES);
    var files = new FileStore(folder, 0, Clock.systemUTC());
    return new BucketStore(files, bucket, config, YOUNG, Clock.systemUTC());
  }

  private static String key(byte[] content) throws Exception {
    return "ours/objects/" + sha256(content).hex();
  }

  private static Sha256 sha256(byte[] content) throws Exception {
    return new Sha256(
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
  }

  private static byte[] random(int length) {
    var bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
