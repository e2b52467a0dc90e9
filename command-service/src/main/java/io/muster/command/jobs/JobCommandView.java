package io.muster.command.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.muster.command.commands.RetryBody;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What each device of a job gets. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JobCommandView(
    String name,
    @Schema(description = "When it is JSON") JsonNode payload,
    @Schema(description = "When it is not") byte[] payloadBase64,
    String contentType,
    boolean oneWay,
    int qos,
    Duration timeToLive,
    Duration responseTimeout,
    RetryBody retry) {}
