package io.muster.firmware.targets;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A target token.
 *
 * @param token its text, in the answer to its making alone
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "TargetToken")
record TargetTokenView(
    UUID id,
    @Schema(description = "Shown once") String token,
    Instant notBefore,
    Instant notAfter,
    Instant createdAt,
    String createdBy) {

  /** Never the token. */
  @Override
  public String toString() {
    return "TargetTokenView[" + id + "]";
  }
}
