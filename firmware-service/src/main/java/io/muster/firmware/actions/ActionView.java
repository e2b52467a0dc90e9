package io.muster.firmware.actions;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** An action as callers see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "FirmwareAction")
record ActionView(
    long id,
    UUID distribution,
    String name,
    String version,
    String state,
    boolean forced,
    boolean retrieved,
    int statusCount,
    List<StatusView> history,
    Instant createdAt,
    String createdBy,
    Instant finishedAt) {

  /** What a device said; ours in brackets. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "FirmwareActionStatus")
  record StatusView(
      Instant at, String execution, String result, Integer code, List<String> messages) {}

  static ActionView of(DeviceActions.Told it) {
    var action = it.action();
    return new ActionView(
        action.number(),
        it.distribution().id(),
        it.distribution().name(),
        it.distribution().version(),
        action.state().label(),
        action.isForced(),
        action.isRetrieved(),
        action.statusCount(),
        it.history().stream()
            .map(s -> new StatusView(s.at(), s.execution(), s.result(), s.code(), s.messages()))
            .toList(),
        action.createdAt(),
        action.createdBy(),
        action.finishedAt());
  }
}
