package io.muster.registry.types;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A device type as it is shown.
 *
 * @param id its name within the tenant
 * @param name for people, or null
 * @param description for people, or null
 * @param fields the telemetry fields to be expected, by name
 * @param heartbeatSeconds within which each of its devices is heard of; null: the platform's
 *     default
 * @param version grows by one with every change
 * @param createdAt when
 * @param updatedAt when it was last changed
 */
@Schema(name = "DeviceType")
@JsonInclude(JsonInclude.Include.NON_NULL)
record DeviceTypeRepresentation(
    String id,
    String name,
    String description,
    Map<String, TelemetryField> fields,
    @Schema(nullable = true) Integer heartbeatSeconds,
    long version,
    Instant createdAt,
    Instant updatedAt) {}
