package io.muster.firmware.targets;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A target token that somebody asks for.
 *
 * @param notBefore from when it holds; null: at once
 * @param notAfter until when; null: for ever
 * @param token one that the device has already, as from hawkBit; null: a new one
 */
@Schema(name = "TargetTokenInput")
record TargetTokenBody(
    Instant notBefore,
    Instant notAfter,
    @Schema(description = "One that the device has already: 32 hexadecimal digits, drawn at random")
        String token) {

  /** Never the token. */
  @Override
  public String toString() {
    return "TargetTokenBody[" + notBefore + ", " + notAfter + "]";
  }
}
