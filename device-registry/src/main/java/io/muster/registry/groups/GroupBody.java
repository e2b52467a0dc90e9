package io.muster.registry.groups;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.GroupId;
import io.muster.registry.search.Filter;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A group as its operator writes it. What is only shown is accepted and ignored, so that what was
 * read can be sent back.
 *
 * @param id chosen when it is created; may be left out afterwards
 * @param name for people, or null
 * @param description for people, or null
 * @param filter who belongs, in RSQL; null: its members do, and then for ever
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties({"devices", "version", "createdAt", "updatedAt"})
@Schema(name = "GroupInput")
record GroupBody(
    @Schema(
            type = SchemaType.STRING,
            pattern = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9])?",
            examples = "lab")
        GroupId id,
    @Size(max = 200) @Pattern(regexp = STORABLE, message = NOT_STORABLE) String name,
    @Size(max = 2_000) @Pattern(regexp = STORABLE, message = NOT_STORABLE) String description,
    @Size(min = 1, max = Filter.MAX_CHARACTERS) @Schema(
            nullable = true,
            description = "Who belongs, in RSQL as in a search; without one it is static",
            examples = "type==thermometer;tag==lab")
        String filter) {
  private static final String STORABLE = "[^\\x00]*";
  private static final String NOT_STORABLE = "has a character that cannot be stored (NUL)";
}
