package io.muster.benchmarks.commands;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What the database knows of a command whose answer is missing: told once, in the moment of the
 * first such failure, since what was in the way may be gone soon. Thread-safe.
 */
public final class Evidence {
  private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f-]{36})\"");
  private static final String OLDEST_OPEN =
      "SELECT id::text FROM command.command WHERE finished_at IS NULL ORDER BY key LIMIT 1";

  /** By what they are about; each is asked with the command's id and gives rows of JSON. */
  private static final Map<String, String> QUESTIONS = new LinkedHashMap<>();

  static {
    QUESTIONS.put(
        "the command",
        "SELECT to_jsonb(c) - 'payload' FROM command.command AS c WHERE id = ?::uuid");
    QUESTIONS.put("its messages", messages("command.outbox"));
    QUESTIONS.put("what ingest tells of it", messages("ingest.outbox"));
    QUESTIONS.put(
        "how far ingest's log is followed",
        "SELECT to_jsonb(l) || to_jsonb(o) FROM command.followed_log AS l,"
            + " ingest.outbox_counter AS o, (SELECT ?::text) AS c");
    QUESTIONS.put(
        "sessions at work",
        "SELECT jsonb_build_object('pid', pid, 'user', usename, 'state', state, 'wait',"
            + " wait_event_type || ' ' || wait_event, 'for', now() - query_start, 'query',"
            + " left(query, 120)) FROM pg_stat_activity, (SELECT ?::text) AS c"
            + " WHERE state <> 'idle' AND pid <> pg_backend_pid()");
  }

  private final Database database;
  private final Consumer<String> tell;
  private final AtomicBoolean looked = new AtomicBoolean();

  /** Where all services' tables can be read. */
  public interface Database {
    Connection connect() throws SQLException;
  }

  public Evidence(Database database, Consumer<String> tell) {
    this.database = database;
    this.tell = tell;
  }

  /**
   * Looks for what is behind a failure, and fails never itself.
   *
   * @param failure has the command as the service shows it, or the oldest open one is meant
   */
  public void of(String failure) {
    if (looked.compareAndSet(false, true)) {
      tell.accept(known(failure));
    }
  }

  private String known(String failure) {
    var text = new StringBuilder(failure);
    try (var connection = database.connect()) {
      var id = id(failure).or(() -> oldestOpen(connection)).orElse(null);
      for (var question : QUESTIONS.entrySet()) {
        text.append("\n").append(question.getKey()).append(':');
        rows(connection, question.getValue(), id, text);
      }
    } catch (SQLException e) {
      text.append("\nnobody knows more: ").append(e.getMessage());
    }
    return text.toString();
  }

  static Optional<String> id(String failure) {
    var found = ID.matcher(failure);
    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }

  private static Optional<String> oldestOpen(Connection connection) {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(OLDEST_OPEN)) {
      return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
    } catch (SQLException e) {
      return Optional.empty();
    }
  }

  private static void rows(Connection connection, String sql, String id, StringBuilder text)
      throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, id);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          text.append("\n  ").append(rows.getString(1));
        }
      }
    }
  }

  /** The id is in the topic name, or in what is told of the message. */
  private static String messages(String outbox) {
    return "SELECT to_jsonb(o) - 'payload' FROM %s AS o, (SELECT ?::text AS id) AS c"
            .formatted(outbox)
        + " WHERE o.topic LIKE '%/' || c.id || '/%'"
        + " OR encode(o.payload, 'escape') LIKE '%' || c.id || '%' ORDER BY o.place";
  }
}
