package io.muster.registry.groups;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A group as it is shown.
 *
 * @param id its name within the tenant
 * @param name for people, or null
 * @param description for people, or null
 * @param filter who belongs, or null when it has members
 * @param devices how many belong; null in lists, where counting each would take long
 * @param version grows by one with every change of what is above, and of its members
 * @param createdAt when
 * @param updatedAt when it was last changed
 */
@Schema(name = "Group")
@JsonInclude(JsonInclude.Include.NON_NULL)
record GroupRepresentation(
    String id,
    String name,
    String description,
    @Schema(nullable = true) String filter,
    @Schema(nullable = true) Long devices,
    long version,
    Instant createdAt,
    Instant updatedAt) {

  GroupRepresentation with(long devices) {
    return new GroupRepresentation(
        id, name, description, filter, devices, version, createdAt, updatedAt);
  }
}
