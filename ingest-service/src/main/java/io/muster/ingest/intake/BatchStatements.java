package io.muster.ingest.intake;

import io.muster.contract.reading.ContentHash;
import io.muster.contract.reading.FieldSet;
import io.muster.ingest.deadletters.DeadLetter;
import io.muster.ingest.deadletters.DeadLetterTable;
import io.muster.outbox.Outbox;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * The statements that write a batch, complete before the first of them is sent: what cannot be made
 * into a statement leaves the connection as it was.
 */
final class BatchStatements {

  /** A batch could not be made into statements: a fault of ours, or too little memory for it. */
  static final class UnwritableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnwritableException(Throwable cause) {
      super("a batch cannot be made into statements: " + cause, cause);
    }
  }

  private record Statement(String sql, Tuple parameters) {}

  private final List<Statement> statements = new ArrayList<>();
  private final int readingRows;

  /**
   * @throws UnwritableException when it cannot be done
   */
  BatchStatements(Batch batch, BatchKeys keys, ContentHash contentHash, int deadLetterBytes) {
    this.readingRows = batch.readingRows();
    try {
      if (readingRows > 0) {
        var rows = rows(batch, keys, contentHash);
        statements.add(new Statement(rows.sql(), rows.parameters()));
      }
      if (!batch.events().isEmpty()) {
        var rows = EventRows.parameters(batch.events(), event -> keys.of(event.device()));
        statements.add(new Statement(EventRows.INSERT, rows));
      }
      if (!batch.messages().isEmpty()) {
        var rows = Outbox.batch(batch.messages()).getDelegate();
        statements.add(new Statement(Outbox.INSERT_BATCH, rows));
      }
      if (!batch.letters().isEmpty()) {
        var rows = DeadLetterTable.rows(cut(batch.letters(), deadLetterBytes));
        statements.add(new Statement(DeadLetterTable.INSERT, rows));
      }
    } catch (Throwable fault) {
      throw new UnwritableException(fault);
    }
  }

  private static ReadingRows rows(Batch batch, BatchKeys keys, ContentHash contentHash) {
    var rows = new ReadingRows(batch.readingRows(), contentHash);
    var noNames = keys.of(FieldSet.NONE);
    FieldSet lastFields = null;
    Integer lastKey = null;
    for (var some : batch.readings()) {
      var device = keys.of(some.device());
      for (var reading : some.readings()) {
        if (reading.numberFields() != lastFields) {
          lastFields = reading.numberFields();
          lastKey = keys.of(lastFields);
        }
        rows.add(device, reading, lastKey, noNames);
      }
    }
    return rows;
  }

  /** What only the database refused can be understood, and is kept whole to be replayed. */
  private static List<DeadLetter> cut(List<DeadLetter> letters, int bytes) {
    return letters.stream()
        .map(
            letter ->
                letter.reason() == DeadLetterReason.REFUSED_BY_DATABASE
                    ? letter
                    : letter.cutTo(bytes))
        .toList();
  }

  /** Whether they belong together and need a transaction. */
  boolean areSeveral() {
    return statements.size() > 1;
  }

  /**
   * Sends them all at once, in the transaction that is open.
   *
   * @return the number of readings that were there already
   */
  Future<Integer> send(PgConnection connection) {
    var sent = new ArrayList<Future<?>>(statements.size());
    Future<Integer> duplicates = Future.succeededFuture(0);
    for (var statement : statements) {
      var stored = connection.preparedQuery(statement.sql()).execute(statement.parameters());
      if (readingRows > 0 && sent.isEmpty()) { // the readings come first
        duplicates = stored.map(rows -> readingRows - rows.rowCount());
      }
      sent.add(stored);
    }
    var counted = duplicates;
    return Future.all(sent).map(all -> counted.result());
  }
}
