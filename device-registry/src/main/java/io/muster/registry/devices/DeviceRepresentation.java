package io.muster.registry.devices;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A device as it is shown.
 *
 * @param id its name within the tenant
 * @param type its device type, or null
 * @param gateway the device that may speak for it, or null
 * @param tags sorted
 * @param attributes as they were written
 * @param enabled whether it may connect, its tenant allowing
 * @param version grows by one with every change
 * @param createdAt when
 * @param updatedAt when it was last changed
 */
@Schema(name = "Device")
public record DeviceRepresentation(
    String id,
    @Schema(nullable = true) String type,
    @Schema(nullable = true) String gateway,
    List<String> tags,
    @Schema(type = SchemaType.OBJECT) Map<String, Object> attributes,
    boolean enabled,
    long version,
    Instant createdAt,
    Instant updatedAt) {}
