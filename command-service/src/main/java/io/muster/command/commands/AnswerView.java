package io.muster.command.commands;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A device's answer.
 *
 * @param payload when it is JSON
 * @param payloadBase64 when it is not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record AnswerView(
    int status, String contentType, JsonNode payload, byte[] payloadBase64, Instant at) {}
