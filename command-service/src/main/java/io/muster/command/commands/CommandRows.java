package io.muster.command.commands;

import io.muster.contract.id.DeviceId;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;

/** Reads a row of {@code command} as callers see it. Stateless. */
final class CommandRows {
  /**
   * All columns that {@link #view} reads; {@code command} is {@code c}, its queue {@code q}, its
   * job {@code j}.
   */
  static final String COLUMNS =
      """
      c.id, q.device, c.name, c.content_type, coalesce(c.payload, j.payload) AS payload, c.one_way, c.qos, c.expires_at,
      c.response_timeout_ms, c.retries, c.min_backoff_ms, c.max_backoff_ms, c.state, c.reason,
      c.since, c.attempts, c.respond_by, c.answer_status, c.answer_content_type,
      c.answer_payload, c.answered_at, c.finished_at, c.steps, c.created_at, c.created_by,
      j.id AS job_id, c.key,
      octet_length(coalesce(c.payload, j.payload)) + coalesce(octet_length(c.answer_payload), 0)
        AS bytes
      """;

  private CommandRows() {}

  static CommandView view(Row row) {
    var payload = row.getBuffer("payload").getBytes();
    var json = PayloadText.json(row.getString("content_type"), payload);
    return new CommandView(
        row.getUUID("id"),
        new DeviceId(row.getString("device")),
        row.getString("name"),
        json,
        json != null || payload.length == 0 ? null : payload,
        row.getString("content_type"),
        row.getBoolean("one_way"),
        row.getShort("qos"),
        instant(row, "expires_at"),
        row.getBoolean("one_way") ? null : millis(row, "response_timeout_ms"),
        new RetryBody(
            row.getInteger("retries"),
            millis(row, "min_backoff_ms"),
            millis(row, "max_backoff_ms")),
        row.getString("state"),
        row.getString("reason"),
        instant(row, "since"),
        row.getOffsetDateTime("finished_at") != null,
        row.getInteger("attempts"),
        instant(row, "respond_by"),
        answer(row),
        StepView.of((JsonArray) row.getValue("steps")),
        instant(row, "created_at"),
        row.getString("created_by"),
        row.getUUID("job_id"));
  }

  private static AnswerView answer(Row row) {
    var status = row.getShort("answer_status");
    if (status == null) {
      return null;
    }
    var contentType = row.getString("answer_content_type");
    var payload = row.getBuffer("answer_payload").getBytes();
    var json = PayloadText.json(contentType, payload);
    return new AnswerView(
        status,
        contentType,
        json,
        json != null || payload.length == 0 ? null : payload,
        instant(row, "answered_at"));
  }

  private static Duration millis(Row row, String column) {
    return Duration.ofMillis(row.getLong(column));
  }

  private static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }
}
