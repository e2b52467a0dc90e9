package io.muster.firmware.manifest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A key for manifests, as everybody may see it.
 *
 * @param publicKey in PEM
 * @param publishedUntil null: until another one has taken over
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "PublishedManifestKey")
public record ManifestKeyView(
    String id,
    String algorithm,
    String publicKey,
    State state,
    Instant signsFrom,
    Instant publishedUntil,
    @Schema(description = "A JWS of the key that signed when this one was made")
        String introduction,
    @Schema(description = "Which key that was") String introducedBy) {

  /** What it does now. */
  public enum State {
    /** Published, and will sign. */
    NEXT,
    /** Signs. */
    SIGNING,
    /** Signed, and may still verify. */
    PREVIOUS,
    /** Nothing that it signed is to be believed. */
    RETIRED;

    /** As in JSON. */
    @JsonValue
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Several of them. An introduction by a retired one is nobody's word.
   *
   * @param signing which one signs
   */
  static List<ManifestKeyView> of(List<KeyEntry> keys, String signing, Instant now) {
    return keys.stream()
        .map(key -> of(key, state(key, signing, now), isVouched(key, keys, now)))
        .toList();
  }

  private static boolean isVouched(KeyEntry key, List<KeyEntry> keys, Instant now) {
    return keys.stream().anyMatch(it -> it.id().equals(key.introducedBy()) && it.isPublished(now));
  }

  private static State state(KeyEntry key, String signing, Instant now) {
    if (!key.isPublished(now)) {
      return State.RETIRED;
    }
    if (key.isNext(now)) {
      return State.NEXT;
    }
    return key.id().equals(signing) ? State.SIGNING : State.PREVIOUS;
  }

  private static ManifestKeyView of(KeyEntry key, State state, boolean isVouched) {
    return new ManifestKeyView(
        key.id(),
        Jws.ALGORITHM,
        ManifestKey.pem("PUBLIC KEY", key.publicKey()),
        state,
        key.signsFrom(),
        key.publishedUntil(),
        isVouched ? key.introduction() : null,
        isVouched ? key.introducedBy() : null);
  }
}
