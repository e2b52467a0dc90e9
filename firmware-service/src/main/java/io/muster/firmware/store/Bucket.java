package io.muster.firmware.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Objects in a bucket, over AWS' client. What the bucket fails at is an {@link IOException}, in a
 * few words. Thread-safe.
 */
final class Bucket implements AutoCloseable {
  /** Beyond it an object goes in parts, of which a bucket takes 10,000. */
  private static final long PART_BYTES = 64L * 1024 * 1024;

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int NOT_FOUND = 404;

  private final S3Client client;
  private final S3Presigner signer;
  private final String name;
  private final long partBytes;

  Bucket(S3Client client, S3Presigner signer, String name) {
    this(client, signer, name, PART_BYTES);
  }

  Bucket(S3Client client, S3Presigner signer, String name, long partBytes) {
    this.client = client;
    this.signer = signer;
    this.name = name;
    this.partBytes = partBytes;
  }

  /** An object that is there. */
  record Found(String key, long sizeBytes, Instant modifiedAt) {}

  Optional<Found> find(String key) throws IOException {
    return call(
        () -> {
          try {
            var head = client.headObject(it -> it.bucket(name).key(key));
            return Optional.of(new Found(key, head.contentLength(), head.lastModified()));
          } catch (NoSuchKeyException none) {
            return Optional.empty();
          } catch (S3Exception refused) {
            // The answer to HEAD has no body that would say which.
            if (refused.statusCode() == NOT_FOUND) {
              return Optional.empty();
            }
            throw refused;
          }
        });
  }

  /** The object appears when all of it is there. */
  void put(String key, Path file) throws IOException {
    var size = Files.size(file);
    if (size <= partBytes) {
      call(() -> client.putObject(it -> it.bucket(name).key(key), RequestBody.fromFile(file)));
      return;
    }
    var upload = call(() -> client.createMultipartUpload(it -> it.bucket(name).key(key)));
    try {
      var parts = parts(key, upload.uploadId(), file, size);
      call(
          () ->
              client.completeMultipartUpload(
                  it ->
                      it.bucket(name)
                          .key(key)
                          .uploadId(upload.uploadId())
                          .multipartUpload(all -> all.parts(parts))));
    } catch (IOException | RuntimeException failed) {
      abort(key, upload.uploadId());
      throw failed;
    }
  }

  private List<CompletedPart> parts(String key, String upload, Path file, long size)
      throws IOException {
    List<CompletedPart> parts = new ArrayList<>();
    for (long first = 0; first < size; first += partBytes) {
      var number = parts.size() + 1;
      var body = body(file, first, Math.min(partBytes, size - first));
      var made =
          call(
              () ->
                  client.uploadPart(
                      it -> it.bucket(name).key(key).uploadId(upload).partNumber(number), body));
      parts.add(CompletedPart.builder().partNumber(number).eTag(made.eTag()).build());
    }
    return parts;
  }

  /** Read again when a part is tried again. */
  private static RequestBody body(Path file, long first, long count) {
    return RequestBody.fromContentProvider(
        () -> {
          try {
            return new BufferedInputStream(new FilePart(file, first, count), BUFFER_BYTES);
          } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
          }
        },
        count,
        "application/octet-stream");
  }

  /** A part of an object; the caller closes it. */
  InputStream open(String key, long first, long count) throws IOException {
    var range = "bytes=" + first + "-" + (first + count - 1);
    return call(() -> client.getObject(it -> it.bucket(name).key(key).range(range)));
  }

  void delete(String key) throws IOException {
    call(() -> client.deleteObject(it -> it.bucket(name).key(key)));
  }

  /** Gives those whose names begin so and that are older, page by page. */
  void each(String prefix, Instant before, Step step) throws IOException {
    var pages = client.listObjectsV2Paginator(it -> it.bucket(name).prefix(prefix)).iterator();
    while (call(pages::hasNext)) {
      for (var it : call(pages::next).contents()) {
        if (it.lastModified().isBefore(before)) {
          step.take(new Found(it.key(), it.size(), it.lastModified()));
        }
      }
    }
  }

  /** What is done about an object. */
  interface Step {
    void take(Found object) throws IOException;
  }

  /**
   * Parts of objects that somebody began before that and never completed cost, and are not seen.
   */
  void abortOld(String prefix, Instant before) throws IOException {
    var old =
        call(
            () ->
                client
                    .listMultipartUploadsPaginator(it -> it.bucket(name).prefix(prefix))
                    .uploads()
                    .stream()
                    .filter(it -> it.initiated().isBefore(before))
                    .toList());
    old.forEach(it -> abort(it.key(), it.uploadId()));
  }

  private void abort(String key, String upload) {
    try {
      call(() -> client.abortMultipartUpload(it -> it.bucket(name).key(key).uploadId(upload)));
    } catch (IOException left) {
      // The sweep does it.
    }
  }

  /** A URL that lets whoever has it download the object for a while. */
  URI signed(String key, String filename, java.time.Duration validFor) {
    return URI.create(
        signer
            .presignGetObject(
                it ->
                    it.signatureDuration(validFor)
                        .getObjectRequest(
                            get ->
                                get.bucket(name)
                                    .key(key)
                                    .responseContentDisposition(
                                        "attachment; filename=\"" + filename + "\"")))
            .url()
            .toString());
  }

  private static <T> T call(Supplier<T> step) throws IOException {
    try {
      return step.get();
    } catch (SdkException failed) {
      throw new IOException("the bucket: " + failed.getMessage(), failed);
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    }
  }

  @Override
  public void close() {
    client.close();
    signer.close();
  }
}
