package io.muster.registry.provisioning;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.GroupId;
import io.muster.contract.id.TypeId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A claim token as it is shown.
 *
 * @param token the token itself, in the answer that made it and nowhere else
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "ClaimToken")
record ClaimTokenView(
    UUID id,
    String name,
    String token,
    @Schema(enumeration = {"active", "used-up", "expired", "revoked"}) String state,
    int maxUses,
    int uses,
    Instant notAfter,
    @Schema(type = SchemaType.STRING) TypeId type,
    @Schema(type = SchemaType.STRING) GroupId group,
    List<String> tags,
    Instant createdAt) {

  /** Never the token. */
  @Override
  public String toString() {
    return "ClaimTokenView[" + id + "]";
  }
}
