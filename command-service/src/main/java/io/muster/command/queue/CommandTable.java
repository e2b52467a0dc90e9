package io.muster.command.queue;

import io.muster.command.life.Answer;
import io.muster.command.life.Attempt;
import io.muster.command.life.Command;
import io.muster.command.life.State;
import io.muster.command.life.Terms;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The table {@code command}, as far as its course goes. Stateless. */
final class CommandTable {
  private static final String OPEN =
      """
      SELECT queue_key, key, id, name, one_way, qos, expires_at, response_timeout_ms, retries,
             min_backoff_ms, max_backoff_ms, state, reason, since, attempts, retries_used,
             message_id, at_broker, delivered, next_attempt_at, respond_by, answer_status,
             answer_content_type, answer_payload, answered_at, job_key IS NOT NULL AS of_job,
             created_at
        FROM command
       WHERE queue_key = ANY ($1) AND finished_at IS NULL
       ORDER BY queue_key, key\
      """;

  private static final String WRITE =
      """
      UPDATE command AS c
         SET state = w.state, reason = w.reason, since = w.since, attempts = w.attempts,
             retries_used = w.retries_used, message_id = w.message_id, at_broker = w.at_broker,
             delivered = w.delivered, next_attempt_at = w.next_attempt_at,
             respond_by = w.respond_by, answer_status = w.answer_status,
             answer_content_type = w.answer_content_type, answer_payload = w.answer_payload,
             answered_at = w.answered_at, finished_at = w.finished_at,
             steps = c.steps || w.steps::jsonb
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[],
                    $6::integer[], $7::uuid[], $8::boolean[], $9::boolean[], $10::timestamptz[],
                    $11::timestamptz[], $12::smallint[], $13::text[], $14::bytea[],
                    $15::timestamptz[], $16::timestamptz[], $17::text[])
          AS w (key, state, reason, since, attempts, retries_used, message_id, at_broker, delivered,
                next_attempt_at, respond_by, answer_status, answer_content_type, answer_payload,
                answered_at, finished_at, steps)
       WHERE c.key = w.key\
      """;

  private static final String QUEUES_OF_MESSAGES =
      """
      SELECT DISTINCT queue_key FROM command
       WHERE message_id = ANY ($1) AND finished_at IS NULL\
      """;

  private CommandTable() {}

  /** Commands that have not ended, by queue, in their order. */
  static Uni<Map<Long, List<Course>>> open(SqlConnection db, Long[] queues) {
    return db.preparedQuery(OPEN).execute(Tuple.of((Object) queues)).map(CommandTable::byQueue);
  }

  /** The queues of open commands whose last message is one of these. */
  static Uni<List<Long>> queuesOfMessages(SqlConnection db, List<UUID> messageIds) {
    return db.preparedQuery(QUEUES_OF_MESSAGES)
        .execute(Tuple.of((Object) messageIds.toArray(UUID[]::new)))
        .map(
            rows -> {
              List<Long> keys = new ArrayList<>(rows.size());
              rows.forEach(row -> keys.add(row.getLong(0)));
              return keys;
            });
  }

  static Uni<Void> write(SqlConnection db, List<Course> changed) {
    return db.preparedQuery(WRITE).execute(batch(changed)).replaceWithVoid();
  }

  private static Map<Long, List<Course>> byQueue(RowSet<Row> rows) {
    Map<Long, List<Course>> byQueue = new HashMap<>();
    for (var row : rows) {
      byQueue
          .computeIfAbsent(row.getLong("queue_key"), key -> new ArrayList<>())
          .add(new Course(command(row), row.getBoolean("of_job"), instant(row, "created_at")));
    }
    return byQueue;
  }

  private static Command command(Row row) {
    var message = row.getUUID("message_id");
    return new Command(
        row.getLong("key"),
        row.getUUID("id"),
        row.getString("name"),
        terms(row),
        State.of(row.getString("state")),
        row.getString("reason"),
        instant(row, "since"),
        row.getInteger("attempts"),
        row.getInteger("retries_used"),
        message == null ? null : new Attempt(message, row.getBoolean("at_broker")),
        row.getBoolean("delivered"),
        instant(row, "next_attempt_at"),
        instant(row, "respond_by"),
        answer(row));
  }

  private static Terms terms(Row row) {
    return new Terms(
        row.getBoolean("one_way"),
        row.getShort("qos"),
        instant(row, "expires_at"),
        Duration.ofMillis(row.getLong("response_timeout_ms")),
        row.getInteger("retries"),
        Duration.ofMillis(row.getLong("min_backoff_ms")),
        Duration.ofMillis(row.getLong("max_backoff_ms")));
  }

  private static Answer answer(Row row) {
    var status = row.getShort("answer_status");
    return status == null
        ? null
        : new Answer(
            status,
            row.getString("answer_content_type"),
            row.getBuffer("answer_payload").getBytes(),
            instant(row, "answered_at"));
  }

  private static Tuple batch(List<Course> changed) {
    var size = changed.size();
    var columns =
        new Object[] {
          new Long[size],
          new String[size],
          new String[size],
          new OffsetDateTime[size],
          new Integer[size],
          new Integer[size],
          new UUID[size],
          new Boolean[size],
          new Boolean[size],
          new OffsetDateTime[size],
          new OffsetDateTime[size],
          new Short[size],
          new String[size],
          new Buffer[size],
          new OffsetDateTime[size],
          new OffsetDateTime[size],
          new String[size]
        };
    for (var i = 0; i < size; i++) {
      var values = values(changed.get(i));
      for (var column = 0; column < columns.length; column++) {
        ((Object[]) columns[column])[i] = values[column];
      }
    }
    return Tuple.from(columns);
  }

  private static Object[] values(Course course) {
    var it = course.now();
    var attempt = it.attempt();
    var answer = it.answer();
    return new Object[] {
      it.key(),
      it.state().label(),
      it.reason(),
      time(it.since()),
      it.attempts(),
      it.retriesUsed(),
      attempt == null ? null : attempt.messageId(),
      attempt != null && attempt.atBroker(),
      it.delivered(),
      time(it.nextAttemptAt()),
      time(it.respondBy()),
      answer == null ? null : (short) answer.status(),
      answer == null ? null : answer.contentType(),
      answer == null ? null : Buffer.buffer(answer.payload()),
      answer == null ? null : time(answer.at()),
      it.isFinished() ? time(it.since()) : null,
      steps(course.steps())
    };
  }

  /** The form of the column {@code steps}. */
  static String steps(List<Command> steps) {
    var all = new JsonArray();
    steps.forEach(
        it ->
            all.add(
                new JsonArray()
                    .add(it.state().label())
                    .add(it.reason())
                    .add(it.since().toString())));
    return all.encode();
  }

  private static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  private static OffsetDateTime time(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
