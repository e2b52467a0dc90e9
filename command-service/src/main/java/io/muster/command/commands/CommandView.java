package io.muster.command.commands;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.muster.command.life.State;
import io.muster.contract.id.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A command and what became of it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CommandView(
    @Schema(description = "Also the request id in the topic names of the device") UUID id,
    DeviceId device,
    String name,
    @Schema(description = "When it is JSON") JsonNode payload,
    @Schema(description = "When it is not") byte[] payloadBase64,
    String contentType,
    boolean oneWay,
    int qos,
    Instant expiresAt,
    Duration responseTimeout,
    RetryBody retry,
    @Schema(
            description =
                "queued, sent, delivered, accepted, succeeded, failed, rejected, expired, timed-out"
                    + " or cancelled")
        String state,
    @Schema(description = "Why it is in that state, where the state does not say it") String reason,
    Instant since,
    @Schema(description = "Whether nothing changes any more") boolean finished,
    @Schema(description = "How often it was handed over for sending") int attempts,
    Instant respondBy,
    AnswerView answer,
    List<StepView> steps,
    Instant createdAt,
    @Schema(description = "The subject of the token that sent it") String createdBy,
    @Schema(description = "The job that it belongs to; absent for one of its own") UUID job) {

  /** One that was put into its device's queue, and of which nothing else is known. */
  static CommandView queued(NewCommands.Row row) {
    var command = row.command();
    var terms = command.terms();
    var payload = command.payload();
    var json = PayloadText.json(command.contentType(), payload);
    var state = State.QUEUED.label();
    return new CommandView(
        row.id(),
        row.device().device(),
        command.name(),
        json,
        json != null || payload.length == 0 ? null : payload,
        command.contentType(),
        terms.oneWay(),
        terms.qos(),
        terms.expiresAt(),
        terms.oneWay() ? null : terms.responseTimeout(),
        new RetryBody(terms.retries(), terms.minBackoff(), terms.maxBackoff()),
        state,
        null,
        row.createdAt(),
        false,
        0,
        null,
        null,
        List.of(new StepView(state, null, row.createdAt())),
        row.createdAt(),
        row.author().subject(),
        null);
  }
}
