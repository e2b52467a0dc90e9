package io.muster.firmware.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Artifacts in a bucket. Uploads grow in a directory, since a bucket takes no bytes that are few
 * and forgets those of a request that breaks off; a whole one is put into the bucket and then
 * removed from the directory. An upload goes on at an instance that has the same directory.
 * Thread-safe.
 */
public final class BucketStore implements ArtifactStore, AutoCloseable {
  private final FileStore uploads;
  private final Bucket bucket;
  private final BucketConfig config;
  private final String prefix;
  private final Duration youngFor;
  private final Clock clock;

  /**
   * @param uploads where uploads grow
   * @param youngFor for how long after it was stored an object is not stored again when the same
   *     bytes come; well below the age that a sweep goes by
   */
  public BucketStore(FileStore uploads, BucketConfig config, Duration youngFor, Clock clock) {
    this(uploads, Buckets.open(config), config, youngFor, clock);
  }

  BucketStore(
      FileStore uploads, Bucket bucket, BucketConfig config, Duration youngFor, Clock clock) {
    this.uploads = uploads;
    this.bucket = bucket;
    this.config = config;
    this.prefix = config.prefix().orElse("");
    this.youngFor = youngFor;
    this.clock = clock;
  }

  @Override
  public void begin(UploadId upload) throws IOException {
    uploads.begin(upload);
  }

  @Override
  public long keptBytes(UploadId upload) throws IOException {
    return uploads.keptBytes(upload);
  }

  @Override
  public long append(UploadId upload, long offset, InputStream bytes, long limitBytes)
      throws IOException {
    return uploads.append(upload, offset, bytes, limitBytes);
  }

  @Override
  public Digests complete(UploadId upload, Optional<Sha256> announced, Verified verified)
      throws IOException {
    return uploads.complete(upload, announced, verified, this::put);
  }

  /** A crash before the end of it leaves the upload where it was: it can be completed again. */
  private void put(Path file, Digests found) throws IOException {
    var key = key(found.sha256());
    if (!isYoung(bucket.find(key), found.sizeBytes())) {
      bucket.put(key, file);
    }
    Files.delete(file);
  }

  /** An old one might be swept before somebody has recorded it anew. */
  private boolean isYoung(Optional<Bucket.Found> there, long sizeBytes) {
    return there.isPresent()
        && there.get().sizeBytes() == sizeBytes
        && there.get().modifiedAt().isAfter(clock.instant().minus(youngFor));
  }

  @Override
  public void discard(UploadId upload) throws IOException {
    uploads.discard(upload);
  }

  @Override
  public Optional<StoredObject> find(Sha256 name) throws IOException {
    return bucket
        .find(key(name))
        .map(it -> new StoredObject(name, it.sizeBytes(), Optional.empty()));
  }

  @Override
  public InputStream open(Sha256 name, long first, long count) throws IOException {
    return count == 0 ? InputStream.nullInputStream() : bucket.open(key(name), first, count);
  }

  @Override
  public Optional<URI> elsewhere(Sha256 name, String filename) {
    if (config.cdnUrl().isPresent()) {
      var cdn = config.cdnUrl().get().toString();
      return Optional.of(URI.create((cdn.endsWith("/") ? cdn : cdn + "/") + key(name)));
    }
    return config.redirect()
        ? Optional.of(bucket.signed(key(name), filename, config.redirectValidFor()))
        : Optional.empty();
  }

  @Override
  public Sweep sweep(Instant before, Predicate<Sha256> known) throws IOException {
    var removed = uploads.sweep(before, _ -> true);
    bucket.abortOld(prefix + "objects/", before);
    var objects = new AtomicInteger();
    bucket.each(
        prefix + "objects/",
        before,
        object -> {
          if (isUnknown(object, known) && isStillOld(object, before)) {
            bucket.delete(object.key());
            objects.incrementAndGet();
          }
        });
    return new Sweep(removed.uploads(), objects.get());
  }

  /** What is no object of ours is left alone. */
  private boolean isUnknown(Bucket.Found object, Predicate<Sha256> known) {
    try {
      return !known.test(new Sha256(object.key().substring((prefix + "objects/").length())));
    } catch (IllegalArgumentException another) {
      return false;
    }
  }

  /** The same bytes may have been stored anew since the question whether anybody knows them. */
  private boolean isStillOld(Bucket.Found object, Instant before) throws IOException {
    return bucket.find(object.key()).filter(it -> it.modifiedAt().isBefore(before)).isPresent();
  }

  private String key(Sha256 name) {
    return prefix + "objects/" + name.hex();
  }

  @Override
  public void close() {
    bucket.close();
  }
}
