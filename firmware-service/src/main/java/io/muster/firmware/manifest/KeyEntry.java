package io.muster.firmware.manifest;

import java.time.Instant;

/**
 * A key for manifests, without its private half.
 *
 * @param id the {@code kid} of what it signs
 * @param publicKey SubjectPublicKeyInfo in DER
 * @param signsFrom from when it signs, unless a later one does
 * @param publishedUntil until when devices are told of it; null: until another one has taken over
 * @param introduction a JWS of another key, for devices that trust that one; or null
 * @param introducedBy which one, or null
 */
record KeyEntry(
    String id,
    byte[] publicKey,
    Instant signsFrom,
    Instant publishedUntil,
    String introduction,
    String introducedBy,
    Instant createdAt,
    String createdBy) {

  boolean isPublished(Instant now) {
    return publishedUntil == null || now.isBefore(publishedUntil);
  }

  /** Published, and not signing yet. */
  boolean isNext(Instant now) {
    return isPublished(now) && now.isBefore(signsFrom);
  }

  boolean maySign(Instant now) {
    return isPublished(now) && !now.isBefore(signsFrom);
  }
}
