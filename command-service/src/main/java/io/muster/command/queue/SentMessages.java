package io.muster.command.queue;

import io.muster.command.database.Database;
import io.muster.command.database.Together;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * What became of messages in the outbox. What is asked or told of them while the database is at it
 * goes together after that. Thread-safe.
 */
@ApplicationScoped
public class SentMessages {
  private static final String WANTED =
      """
      SELECT message_id FROM command
       WHERE message_id = ANY ($1) AND finished_at IS NULL AND NOT delivered AND expires_at > now()\
      """;

  // The queue first: whoever changes a command holds its queue.
  private static final String LOOK =
      """
      UPDATE device_queue SET look_at = now()
       WHERE key IN (SELECT queue_key FROM command WHERE message_id = $1 AND finished_at IS NULL)\
      """;
  private static final String FORGET =
      """
      UPDATE command
         SET message_id = NULL, at_broker = false,
             next_attempt_at = greatest(next_attempt_at, now())
       WHERE message_id = $1 AND finished_at IS NULL AND NOT at_broker\
      """;

  /** As many as are on their way at a time, at most. */
  private static final int MOST_AT_ONCE = 1_000;

  private final Together<UUID, Set<UUID>> wanted;
  private final Together<UUID, Void> atBroker;

  SentMessages(Queues queues, Database database) {
    this.wanted = new Together<>(MOST_AT_ONCE, messages -> wanted(database, messages));
    this.atBroker = new Together<>(MOST_AT_ONCE, queues::atBroker);
  }

  /** Whether a message is still to be sent. */
  public Uni<Boolean> isWanted(UUID message) {
    return wanted.ask(message).map(those -> those.contains(message));
  }

  /** Writes down that the broker has a message. */
  public Uni<Void> atBroker(UUID message) {
    return atBroker.ask(message);
  }

  /** A message was given up: its command may be sent with another one. */
  public Uni<Void> notPublished(SqlConnection transaction, UUID message) {
    return transaction
        .preparedQuery(LOOK)
        .execute(Tuple.of(message))
        .flatMap(done -> transaction.preparedQuery(FORGET).execute(Tuple.of(message)))
        .replaceWithVoid();
  }

  private static Uni<Set<UUID>> wanted(Database database, List<UUID> messages) {
    return database
        .use(
            db ->
                db.preparedQuery(WANTED).execute(Tuple.of((Object) messages.toArray(UUID[]::new))))
        .map(
            rows -> {
              Set<UUID> those = new HashSet<>();
              rows.forEach(row -> those.add(row.getUUID(0)));
              return those;
            });
  }
}
