package io.muster.ingest.telemetry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An event as it is shown.
 *
 * @param id unique
 * @param time its own ({@code ts}), or that of its arrival
 * @param receivedAt when it arrived
 * @param contentType MQTT 5 content type, or null
 * @param userProperties MQTT 5 user properties; null for none
 * @param data the payload when it is JSON; else null
 * @param dataBase64 the payload when it is anything else; else null
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Event")
public record EventItem(
    UUID id,
    Instant time,
    Instant receivedAt,
    String contentType,
    Map<String, String> userProperties,
    @Schema(description = "The payload, when it is JSON") JsonNode data,
    @JsonProperty("data_base64") @Schema(description = "The payload in Base64, when it is not JSON")
        byte[] dataBase64) {}
