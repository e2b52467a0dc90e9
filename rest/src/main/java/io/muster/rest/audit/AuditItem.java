package io.muster.rest.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One change, as the audit shows it.
 *
 * @param at when it was made
 * @param tenant whose thing was changed
 * @param actor who did it: the subject of the token
 * @param address from where, or null
 * @param action what was done, such as {@code device-created}
 * @param subject to what within the tenant, such as {@code devices/sensor-1}; null for the tenant
 */
@Schema(name = "AuditEntry")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditItem(
    Instant at,
    String tenant,
    @Schema(description = "The subject of the token") String actor,
    String address,
    @Schema(examples = "device-created") String action,
    @Schema(examples = "devices/sensor-1") String subject) {}
