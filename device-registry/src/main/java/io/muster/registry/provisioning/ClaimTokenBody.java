package io.muster.registry.provisioning;

import io.muster.contract.id.GroupId;
import io.muster.contract.id.TypeId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A claim token that somebody asks for.
 *
 * @param maxUses how many devices it may make; null: one
 * @param notAfter until when; must be given
 * @param type the device type that they get, or null
 * @param group the static group that they join, or null
 * @param tags the tags that they get, or null
 */
@RegisterForReflection
@Schema(name = "ClaimTokenInput")
record ClaimTokenBody(
    @Size(max = 200) @Pattern(regexp = STORABLE, message = NOT_STORABLE) String name,
    @Schema(description = "How many devices it may make; without it one") Integer maxUses,
    @Schema(required = true) Instant notAfter,
    @Schema(type = SchemaType.STRING, description = "A device type of the tenant") TypeId type,
    @Schema(type = SchemaType.STRING, description = "A static group of the tenant") GroupId group,
    List<String> tags) {
  /** PostgreSQL stores no NUL. */
  private static final String STORABLE = "[^\\x00]*";

  private static final String NOT_STORABLE = "has a character that cannot be stored (NUL)";
}
