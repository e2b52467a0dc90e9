package io.muster.command.commands;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * When a command is sent again.
 *
 * @param retries how often when no answer came; null for never
 * @param minBackoff the first pause; null for 1 s
 * @param maxBackoff what it grows to; null for 60 s
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RetryBody(
    @Schema(description = "How often it is sent again when no answer came; 0 when absent")
        Integer retries,
    @Schema(description = "The first pause, ISO-8601; doubled each time; PT1S when absent")
        Duration minBackoff,
    @Schema(description = "The longest pause, ISO-8601; PT1M when absent") Duration maxBackoff) {}
