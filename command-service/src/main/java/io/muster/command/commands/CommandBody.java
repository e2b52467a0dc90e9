package io.muster.command.commands;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What is to be sent to a device; what is absent has a default. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CommandBody(
    @NotNull @Pattern(
            regexp = CommandBody.NAME,
            message = "must be 1 to 64 letters, digits, dots, hyphens and underscores")
        @Schema(description = "What the device is to do, the last level of the topic name")
        String name,
    @Schema(description = "Any JSON; not together with payloadBase64")
        @JsonDeserialize(using = ExactJson.class)
        JsonNode payload,
    @Schema(description = "Any bytes; not together with payload") byte[] payloadBase64,
    @Pattern(regexp = "[ -~]{1,200}", message = "must be 1 to 200 printable ASCII characters") @Schema(description = "MQTT 5 content type; application/json for payload when absent")
        String contentType,
    @Schema(description = "No answer is awaited; false when absent") Boolean oneWay,
    @Schema(description = "0, 1 or 2; 1 when absent") Integer qos,
    @Schema(description = "For how long it may be sent, ISO-8601; a day when absent")
        Duration timeToLive,
    @Schema(
            description =
                "How long the device may be silent once it has the command, ISO-8601; a minute when"
                    + " absent")
        Duration responseTimeout,
    RetryBody retry) {

  /** The form of a name. */
  static final String NAME = "[A-Za-z0-9_.-]{1,64}";

  /** PostgreSQL keeps no text with U+0000. */
  public static final String STORABLE = "[^\\x00]*";

  /** What is said of others. */
  public static final String NOT_STORABLE = "must not have the character U+0000";
}
