package io.muster.command.queue;

import io.muster.command.database.Database;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What became of messages in the outbox. Those that the broker takes while others are being written
 * down are written down together after them. Thread-safe.
 */
@ApplicationScoped
public class SentMessages {
  private static final String WANTED =
      "SELECT 1 FROM command WHERE message_id = $1 AND finished_at IS NULL AND expires_at > now()";

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

  private final Queues queues;
  private final Database database;
  private final List<Waiting> waiting = new ArrayList<>();
  private boolean busy;

  private record Waiting(UUID message, UniEmitter<? super Void> answer) {}

  SentMessages(Queues queues, Database database) {
    this.queues = queues;
    this.database = database;
  }

  /** Whether a message is still to be sent. */
  public Uni<Boolean> isWanted(UUID message) {
    return database
        .use(db -> db.preparedQuery(WANTED).execute(Tuple.of(message)))
        .map(rows -> rows.size() > 0);
  }

  /** Writes down that the broker has a message. */
  public Uni<Void> atBroker(UUID message) {
    return Uni.createFrom()
        .emitter(
            answer -> {
              synchronized (waiting) {
                waiting.add(new Waiting(message, answer));
              }
              writeDown();
            });
  }

  /** A message was given up: its command may be sent with another one. */
  public Uni<Void> notPublished(SqlConnection transaction, UUID message) {
    return transaction
        .preparedQuery(LOOK)
        .execute(Tuple.of(message))
        .flatMap(done -> transaction.preparedQuery(FORGET).execute(Tuple.of(message)))
        .replaceWithVoid();
  }

  private void writeDown() {
    List<Waiting> batch;
    synchronized (waiting) {
      if (busy || waiting.isEmpty()) {
        return;
      }
      busy = true;
      batch = List.copyOf(waiting);
      waiting.clear();
    }
    queues
        .atBroker(batch.stream().map(Waiting::message).toList())
        .subscribe()
        .with(done -> written(batch, null), failure -> written(batch, failure));
  }

  private void written(List<Waiting> batch, Throwable failure) {
    synchronized (waiting) {
      busy = false;
    }
    writeDown();
    for (var one : batch) {
      if (failure == null) {
        one.answer().complete(null);
      } else {
        one.answer().fail(failure);
      }
    }
  }
}
