package io.muster.ingest.sessions;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Forgets QoS 2 identifiers that the intake wrote with their messages (MQTT 5 §4.3.3). A device may
 * use one again as soon as it hears PUBCOMP, so that waits for the commit. Stateless.
 */
final class ExactlyOnceTable {
  /**
   * Also notes, once for each connection, that the session has gone on: see {@code BatchWriter} for
   * what comes late of an earlier connection. Not by a join, which would leave out a session that
   * is changed meanwhile; the identifiers themselves never change.
   */
  private static final String RELEASE =
      """
      WITH r AS (
        SELECT * FROM unnest($1::bigint[], $2::integer[]) AS r (session_key, packet_identifier)
      ), gone_on AS (
        UPDATE mqtt_session SET released_epoch = epoch
        WHERE session_key = ANY ($1) AND released_epoch < epoch
      )
      DELETE FROM exactly_once e USING r
      WHERE e.session_key = r.session_key AND e.packet_identifier = r.packet_identifier
      RETURNING e.session_key, e.packet_identifier
      """;

  /** Identifiers that came late for a session that had ended. */
  private static final String FORGET_ORPHANS =
      """
      DELETE FROM exactly_once e
      WHERE NOT EXISTS (SELECT 1 FROM mqtt_session s WHERE s.session_key = e.session_key)
      """;

  private ExactlyOnceTable() {}

  /** An identifier to forget, and who waits to hear whether it was there. */
  record Release(long sessionKey, int packetIdentifier, UniEmitter<? super Boolean> waiting) {
    private Key key() {
      return new Key(sessionKey, packetIdentifier);
    }
  }

  private record Key(long sessionKey, int packetIdentifier) {}

  static Uni<Void> release(SqlClient db, List<Release> releases) {
    var sessions = releases.stream().map(Release::sessionKey).toArray(Long[]::new);
    var identifiers = releases.stream().map(Release::packetIdentifier).toArray(Integer[]::new);
    return db.preparedQuery(RELEASE)
        .execute(Tuple.tuple().addArrayOfLong(sessions).addArrayOfInteger(identifiers))
        .invoke(
            rows -> {
              Set<Key> found = new HashSet<>();
              rows.forEach(row -> found.add(new Key(row.getLong(0), row.getInteger(1))));
              releases.forEach(it -> it.waiting().complete(found.contains(it.key())));
            })
        .replaceWithVoid();
  }

  static Uni<Void> forgetOrphans(SqlClient db) {
    return db.preparedQuery(FORGET_ORPHANS).execute().replaceWithVoid();
  }
}
