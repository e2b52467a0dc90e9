package io.muster.registry.configuration;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A configuration as its operator writes it. What is only shown is accepted and ignored, so that
 * what was read can be sent back.
 *
 * @param shadow the name of the shadow, or null for the classic one
 * @param desired what each device of the group should be like
 */
@RegisterForReflection
@JsonIgnoreProperties({"revision", "withdrawn", "devices", "createdAt", "updatedAt"})
@Schema(name = "GroupConfigurationInput")
record ConfigurationBody(
    @Pattern(regexp = "[A-Za-z0-9:_-]{1,64}") @Schema(
            nullable = true,
            description = "The name of a shadow; without one the classic shadow")
        String shadow,
    @NotNull @Schema(
            type = SchemaType.OBJECT,
            description = "Merged into the desired state of each device; holds no null",
            examples = "{\"interval\":60}")
        ObjectNode desired) {

  String shadowName() {
    return shadow == null ? "" : shadow;
  }
}
