package io.muster.firmware.artifacts;

import io.muster.firmware.store.Sha256;
import java.time.Instant;
import java.util.UUID;

/**
 * A file that a tenant uploaded. It never changes.
 *
 * @param key inside of this service
 * @param id outside of it
 * @param sha1 and {@code md5} are there for hawkBit's device API
 */
public record Artifact(
    long key,
    UUID id,
    String filename,
    Sha256 sha256,
    String sha1,
    String md5,
    long sizeBytes,
    Instant createdAt,
    String createdBy) {}
