package io.muster.registry.types;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A field that devices of a type send. It describes and does not restrict: what comes is stored.
 *
 * @param kind what its values are; null: numbers
 * @param unit as in the registry of SenML units (RFC 8428 §12.1, such as {@code Cel}), or any text
 * @param description for people
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "TelemetryField", description = "A field that devices of this type send")
public record TelemetryField(
    Kind kind,
    @Size(max = 40) @Pattern(regexp = STORABLE, message = NOT_STORABLE) @Schema(examples = "Cel")
        String unit,
    @Size(max = 400) @Pattern(regexp = STORABLE, message = NOT_STORABLE) String description) {
  /** PostgreSQL stores no NUL. */
  private static final String STORABLE = "[^\\x00]*";

  private static final String NOT_STORABLE = "has a character that cannot be stored (NUL)";

  /** What a field's values are. */
  public enum Kind {
    @JsonProperty("number")
    NUMBER,
    @JsonProperty("boolean")
    BOOLEAN,
    @JsonProperty("string")
    STRING
  }

  public TelemetryField {
    kind = kind == null ? Kind.NUMBER : kind;
  }
}
