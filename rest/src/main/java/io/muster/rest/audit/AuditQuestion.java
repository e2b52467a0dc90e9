package io.muster.rest.audit;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/**
 * What of the audit somebody wants to see.
 *
 * @param subject what was changed; and what is below it, so {@code devices/a} shows its credentials
 * @param actor who did it
 * @param action what was done
 * @param from not before
 * @param to before
 * @param cursor where to go on, or null
 * @param limit how many at most
 */
public record AuditQuestion(
    @Parameter(description = "What was changed, or what is above it", example = "devices/sensor-1")
        @QueryParam("subject")
        @Size(max = 200) String subject,
    @Parameter(description = "Who did it") @QueryParam("actor") @Size(max = 200) String actor,
    @Parameter(description = "What was done", example = "device-created")
        @QueryParam("action")
        @Size(max = 60) String action,
    @Parameter(description = "Not before; ISO-8601 with an offset") @QueryParam("from") String from,
    @Parameter(description = "Before") @QueryParam("to") String to,
    @QueryParam("cursor") String cursor,
    @QueryParam("limit") @DefaultValue("100") @Min(1) @Max(1000) int limit) {}
