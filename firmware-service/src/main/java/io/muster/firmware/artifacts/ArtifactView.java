package io.muster.firmware.artifacts;

import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An artifact as callers see it. */
@Schema(name = "Artifact")
public record ArtifactView(
    UUID id, String filename, long sizeBytes, Hashes hashes, Instant createdAt, String createdBy) {

  /** The digests, as hexadecimal digits in lower case. */
  @Schema(name = "ArtifactHashes")
  public record Hashes(String sha256, String sha1, String md5) {}

  public static ArtifactView of(Artifact it) {
    return new ArtifactView(
        it.id(),
        it.filename(),
        it.sizeBytes(),
        new Hashes(it.sha256().hex(), it.sha1(), it.md5()),
        it.createdAt(),
        it.createdBy());
  }
}
