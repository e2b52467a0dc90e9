package io.muster.ingest.intake;

import io.muster.contract.reading.ContentHash;
import io.muster.contract.reading.FieldSet;
import io.muster.ingest.deadletters.DeadLetter;
import io.muster.ingest.deadletters.DeadLetterTable;
import io.muster.outbox.Outbox;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * Writes a batch in one transaction. Whatever it writes may be written again: each row has a key
 * that it was given when it arrived. One for each lane; not thread-safe.
 */
final class BatchWriter {
  private static final String REMEMBER =
      """
      INSERT INTO exactly_once (session_key, packet_identifier)
      SELECT session_key, packet_identifier
        FROM unnest($1::bigint[], $2::integer[]) AS row (session_key, packet_identifier)
       ORDER BY session_key, packet_identifier
      ON CONFLICT DO NOTHING
      RETURNING session_key, packet_identifier""";

  private final Dictionaries dictionaries;
  private final int deadLetterBytes;
  private final ContentHash contentHash = new ContentHash();

  BatchWriter(Dictionaries dictionaries, int deadLetterBytes) {
    this.dictionaries = dictionaries;
    this.deadLetterBytes = deadLetterBytes;
  }

  /**
   * Writes and commits.
   *
   * @return the number of readings that were there already
   */
  Future<Integer> write(PgConnection connection, List<Entry> entries) {
    var identified = entries.stream().filter(entry -> entry.exactlyOnce() != null).toList();
    identified.forEach(entry -> entry.repetition(false)); // what an attempt that failed found out
    return prepare(connection, new Batch(entries))
        .compose(
            prepared -> {
              if (!identified.isEmpty()) {
                return writeExactlyOnce(connection, entries, identified);
              }
              var batch = new Batch(entries);
              return batch.tables() == 1
                  ? write(connection, batch)
                  : writeInTransaction(connection, batch);
            });
  }

  /** Keys and partitions, which stay whether the transaction commits or not. */
  private Future<Void> prepare(PgConnection connection, Batch batch) {
    var devices = batch.unknownDevices(dictionaries);
    var fieldSets = batch.unknownFieldSets(dictionaries);
    var times = batch.uncoveredTimes(dictionaries);
    Future<Void> done = Future.succeededFuture();
    if (!devices.isEmpty()) {
      done = dictionaries.devices().resolve(connection, devices);
    }
    if (!fieldSets.isEmpty()) {
      done = done.compose(before -> dictionaries.fieldSets().resolve(connection, fieldSets));
    }
    return times.isEmpty()
        ? done
        : done.compose(before -> dictionaries.partitions().ensure(connection, times));
  }

  /** All statements go out at once; the transaction's fate is that of the first that fails. */
  private Future<Integer> writeInTransaction(PgConnection connection, Batch batch) {
    var begun = connection.query("BEGIN").execute();
    var written = write(connection, batch);
    return end(connection, Future.all(begun, written).map(both -> written.result()));
  }

  /** What is a repetition is known only when the identifiers have been written. */
  private Future<Integer> writeExactlyOnce(
      PgConnection connection, List<Entry> entries, List<Entry> identified) {
    var begun = connection.query("BEGIN").execute();
    var remembered = connection.preparedQuery(REMEMBER).execute(identifiers(identified));
    var written =
        Future.all(begun, remembered)
            .compose(
                both -> {
                  markRepetitions(identified, remembered.result());
                  return write(connection, new Batch(entries));
                });
    return written.transform(ended -> end(connection, written));
  }

  /** Commits what succeeded; rolls back what failed and says why. */
  private static Future<Integer> end(PgConnection connection, Future<Integer> written) {
    return written.transform(
        ended -> {
          if (ended.failed()) {
            // A failed rollback means a lost connection: then there is nothing left to roll back.
            return connection
                .query("ROLLBACK")
                .execute()
                .transform(rolledBack -> Future.failedFuture(ended.cause()));
          }
          return connection.query("COMMIT").execute().map(committed -> ended.result());
        });
  }

  private static Tuple identifiers(List<Entry> identified) {
    return Tuple.tuple()
        .addArrayOfLong(
            identified.stream().map(entry -> entry.exactlyOnce().sessionKey()).toArray(Long[]::new))
        .addArrayOfInteger(
            identified.stream()
                .map(entry -> entry.exactlyOnce().packetIdentifier())
                .toArray(Integer[]::new));
  }

  /** Of two with one identifier in one batch the first counts. */
  private static void markRepetitions(List<Entry> identified, RowSet<Row> fresh) {
    var unseen = new HashSet<Publication.ExactlyOnce>();
    for (var row : fresh) {
      unseen.add(new Publication.ExactlyOnce(row.getLong(0), row.getInteger(1)));
    }
    for (var entry : identified) {
      entry.repetition(!unseen.remove(entry.exactlyOnce()));
    }
  }

  private Future<Integer> write(PgConnection connection, Batch batch) {
    var written = new ArrayList<Future<?>>();
    Future<Integer> duplicates = Future.succeededFuture(0);
    if (batch.readingRows() > 0) {
      var rows = rows(batch);
      duplicates =
          connection
              .preparedQuery(rows.sql())
              .execute(rows.parameters())
              .map(stored -> batch.readingRows() - stored.rowCount());
    }
    if (!batch.events().isEmpty()) {
      var rows =
          EventRows.parameters(
              batch.events(), event -> known(dictionaries.devices().remembered(event.device())));
      written.add(connection.preparedQuery(EventRows.INSERT).execute(rows));
    }
    if (!batch.messages().isEmpty()) {
      var rows = Outbox.batch(batch.messages()).getDelegate();
      written.add(connection.preparedQuery(Outbox.INSERT_BATCH).execute(rows));
    }
    if (!batch.letters().isEmpty()) {
      written.add(DeadLetterTable.insert(connection, cut(batch.letters())));
    }
    written.add(duplicates);
    var counted = duplicates;
    return Future.all(written).map(all -> counted.result());
  }

  private List<DeadLetter> cut(List<DeadLetter> letters) {
    return letters.stream().map(letter -> letter.cutTo(deadLetterBytes)).toList();
  }

  private ReadingRows rows(Batch batch) {
    var rows = new ReadingRows(batch.readingRows(), contentHash);
    var noNames = known(fieldSetKey(FieldSet.NONE));
    for (var some : batch.readings()) {
      var device = known(dictionaries.devices().remembered(some.device()));
      for (var reading : some.readings()) {
        rows.add(device, reading, fieldSetKey(reading.numberFields()), noNames);
      }
    }
    return rows;
  }

  private Integer fieldSetKey(FieldSet fields) {
    if (!dictionaries.fieldSets().remembers(fields)) {
      throw new ForgottenException();
    }
    return dictionaries.fieldSets().keyOf(fields);
  }

  /**
   * Another lane may have reconnected meanwhile and made all forget; then this one begins again.
   */
  private static Integer known(Integer key) {
    if (key == null) {
      throw new ForgottenException();
    }
    return key;
  }

  /** A key that was just there is not any more. */
  private static final class ForgottenException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private ForgottenException() {
      super("the dictionaries were forgotten while a batch was prepared");
    }
  }
}
