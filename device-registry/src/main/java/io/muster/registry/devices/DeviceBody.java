package io.muster.registry.devices;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TypeId;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A device as its operator writes it. What is only shown is accepted and ignored, so that what was
 * read can be sent back.
 *
 * @param id chosen when it is created; may be left out afterwards
 * @param type the id of a device type of the same tenant, or null
 * @param gateway the device of the same tenant that may speak for it, or null
 * @param tags labels, within limits; null for none
 * @param attributes any JSON, within limits; null for none
 * @param enabled null: it is
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties({"version", "createdAt", "updatedAt", "presence"})
@Schema(name = "DeviceInput")
public record DeviceBody(
    @Schema(
            type = SchemaType.STRING,
            pattern = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9])?",
            examples = "sensor-1")
        DeviceId id,
    @Schema(
            type = SchemaType.STRING,
            nullable = true,
            description = "A device type of the tenant",
            examples = "thermometer")
        TypeId type,
    @Schema(
            type = SchemaType.STRING,
            nullable = true,
            description = "The device that may speak for this one")
        DeviceId gateway,
    @Schema(description = "Labels to find it by; their order does not matter") List<String> tags,
    @Schema(type = SchemaType.OBJECT, description = "Whatever its owner wants to know of it")
        Map<String, Object> attributes,
    @Schema(description = "A disabled device cannot connect") Boolean enabled) {

  /** Unless it says otherwise, it is. */
  public boolean isEnabled() {
    return !Boolean.FALSE.equals(enabled);
  }
}
