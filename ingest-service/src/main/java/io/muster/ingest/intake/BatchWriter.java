package io.muster.ingest.intake;

import io.muster.contract.reading.ContentHash;
import io.muster.ingest.intake.BatchStatements.UnwritableException;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.HashSet;
import java.util.List;

/**
 * Writes a batch in one transaction. Whatever it writes may be written again: each row has a key
 * that it was given when it arrived. One for each lane; not thread-safe.
 */
final class BatchWriter {
  /**
   * Only what the session has not finished meanwhile: a replica that lost it may hold a message
   * that the client has long since sent again and released over its next connection. An identifier
   * that were remembered then would make the client's next message look like a repetition. With the
   * session's row locked, neither can happen between the look and the commit. The rows are locked
   * before they are joined: PostgreSQL leaves rows of a join out that were changed while it waited.
   */
  private static final String REMEMBER =
      """
      WITH known AS MATERIALIZED (
        SELECT session_key, released_epoch FROM mqtt_session
         WHERE session_key = ANY ($1::bigint[])
         ORDER BY session_key
           FOR SHARE
      ), awaited AS (
        SELECT row.place, row.session_key, row.packet_identifier
          FROM unnest($1::bigint[], $2::bigint[], $3::integer[]) WITH ORDINALITY
            AS row (session_key, epoch, packet_identifier, place)
          JOIN known
            ON known.session_key = row.session_key AND known.released_epoch <= row.epoch
      ), fresh AS (
        INSERT INTO exactly_once (session_key, packet_identifier)
        SELECT DISTINCT session_key, packet_identifier FROM awaited
         ORDER BY session_key, packet_identifier
        ON CONFLICT DO NOTHING
        RETURNING session_key, packet_identifier
      )
      SELECT a.place, f.session_key IS NOT NULL
        FROM awaited a LEFT JOIN fresh f USING (session_key, packet_identifier)
       ORDER BY a.place\
      """;

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
    var batch = batch(entries);
    return prepare(connection, batch)
        .compose(
            keys -> {
              if (!identified.isEmpty()) {
                return writeExactlyOnce(connection, entries, identified, keys);
              }
              var statements = statements(batch, keys);
              return statements.areSeveral()
                  ? writeInTransaction(connection, statements)
                  : statements.send(connection);
            });
  }

  /** Keys and partitions, which stay whether the transaction commits or not. */
  private Future<BatchKeys> prepare(PgConnection connection, Batch batch) {
    var keys = BatchKeys.of(batch, dictionaries, connection);
    var times = batch.uncoveredTimes(dictionaries);
    return times.isEmpty()
        ? keys
        : keys.compose(
            found -> dictionaries.partitions().ensure(connection, times).map(ensured -> found));
  }

  private static Batch batch(List<Entry> entries) {
    try {
      return new Batch(entries);
    } catch (Throwable fault) {
      throw new UnwritableException(fault);
    }
  }

  private BatchStatements statements(Batch batch, BatchKeys keys) {
    return new BatchStatements(batch, keys, contentHash, deadLetterBytes);
  }

  /** All statements go out at once; the transaction's fate is that of the first that fails. */
  private Future<Integer> writeInTransaction(PgConnection connection, BatchStatements statements) {
    var begun = connection.query("BEGIN").execute();
    var written = Future.succeededFuture(connection).compose(statements::send);
    return end(connection, Future.all(begun, written).map(both -> written.result()));
  }

  /** What is a repetition is known only when the identifiers have been written. */
  private Future<Integer> writeExactlyOnce(
      PgConnection connection, List<Entry> entries, List<Entry> identified, BatchKeys keys) {
    var begun = connection.query("BEGIN").execute();
    var remembered = connection.preparedQuery(REMEMBER).execute(identifiers(identified));
    var written =
        Future.all(begun, remembered)
            .compose(
                both -> {
                  markRepetitions(identified, remembered.result());
                  return statements(batch(entries), keys).send(connection);
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
        .addArrayOfLong(
            identified.stream().map(entry -> entry.exactlyOnce().epoch()).toArray(Long[]::new))
        .addArrayOfInteger(
            identified.stream()
                .map(entry -> entry.exactlyOnce().packetIdentifier())
                .toArray(Integer[]::new));
  }

  /**
   * Of two with one identifier in one batch the first counts. One whose session has gone on without
   * it, or is no more, is stored as if it had come without an identifier: its client heard nothing
   * of it, so that it may be a second time here, but must not be missing.
   */
  private static void markRepetitions(List<Entry> identified, RowSet<Row> awaited) {
    var counted = new HashSet<Publication.ExactlyOnce>();
    for (var row : awaited) {
      var entry = identified.get(row.getLong(0).intValue() - 1);
      var isFresh = row.getBoolean(1) && counted.add(entry.exactlyOnce().withoutEpoch());
      entry.repetition(!isFresh);
    }
  }
}
