package io.muster.registry.types;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.TypeId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A device type as its operator writes it. What is only shown is accepted and ignored, so that what
 * was read can be sent back.
 *
 * @param id chosen when it is created; may be left out afterwards
 * @param name for people, or null
 * @param description for people, or null
 * @param fields by name; null for none
 * @param heartbeatSeconds within which each of its devices is heard of; null: the platform's
 *     default
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties({"version", "createdAt", "updatedAt"})
@Schema(name = "DeviceTypeInput")
record DeviceTypeBody(
    @Schema(
            type = SchemaType.STRING,
            pattern = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9])?",
            examples = "thermometer")
        TypeId id,
    @Size(max = 200) @Pattern(regexp = STORABLE, message = NOT_STORABLE) String name,
    @Size(max = 2_000) @Pattern(regexp = STORABLE, message = NOT_STORABLE) String description,
    @Size(max = 200) @Schema(
            description = "The telemetry fields to be expected, by name; any others are stored too")
        Map<
                @Size(min = 1, max = 200) @Pattern(regexp = STORABLE, message = NOT_STORABLE) String,
                @NotNull @Valid TelemetryField>
            fields,
    @Min(1) @Max(604_800) @Schema(
            nullable = true,
            description = "Its devices are heard of at least this often, in seconds")
        Integer heartbeatSeconds) {
  /** PostgreSQL stores no NUL. */
  private static final String STORABLE = "[^\\x00]*";

  private static final String NOT_STORABLE = "has a character that cannot be stored (NUL)";

  Map<String, TelemetryField> fieldsOrNone() {
    return fields == null ? Map.of() : fields;
  }
}
