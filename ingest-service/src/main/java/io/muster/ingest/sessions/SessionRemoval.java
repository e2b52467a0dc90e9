package io.muster.ingest.sessions;

import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;

/** Removes sessions, with all that is kept for them; their wills go their own way. Stateless. */
final class SessionRemoval {
  /** As the index has it: {@code {tenant}:{device}}. */
  private static final String DEVICE =
      "split_part(client_identifier, ':', 1) || ':' || split_part(client_identifier, ':', 2)";

  private static final String EXPIRED =
      """
      SELECT client_identifier FROM mqtt_session
      WHERE replica_key IS NULL AND expires_at <= now()
      LIMIT $1 FOR UPDATE SKIP LOCKED
      """;

  /** Those beyond the first, of which the last to expire were left last. */
  private static final String SURPLUS =
      "SELECT client_identifier FROM mqtt_session WHERE replica_key IS NULL AND "
          + DEVICE
          + " = $1 ORDER BY expires_at DESC OFFSET $2 FOR UPDATE SKIP LOCKED";

  /** Connected ones as well: their replicas hear of the device themselves. */
  private static final String OF_DEVICES =
      "SELECT client_identifier FROM mqtt_session WHERE " + DEVICE + " = ANY ($1) FOR UPDATE";

  private SessionRemoval() {}

  /** Removes some of those that are over, and says how many. */
  static Uni<Integer> expired(SqlClient db, int most) {
    return remove(db, EXPIRED, Tuple.of(most));
  }

  /** Removes what a device has left behind beyond so many, the oldest first. */
  static Uni<Integer> surplus(SqlClient db, DeviceAddress device, int kept) {
    return remove(db, SURPLUS, Tuple.of(name(device), kept));
  }

  static Uni<Integer> ofDevices(SqlClient db, List<DeviceAddress> devices) {
    var names = devices.stream().map(SessionRemoval::name).toArray(String[]::new);
    return remove(db, OF_DEVICES, Tuple.tuple().addArrayOfString(names));
  }

  private static Uni<Integer> remove(SqlClient db, String which, Tuple parameters) {
    return db.preparedQuery(removing(which))
        .execute(parameters)
        .map(rows -> rows.iterator().next().getInteger(0));
  }

  /**
   * A statement that removes sessions, and says in its only row how many. Not by a join, which
   * would leave out a session that is changed while its lock is awaited, as those of a deleted
   * device are.
   *
   * @param which a query for their client identifiers
   */
  static String removing(String which) {
    return """
    WITH gone AS (
      DELETE FROM mqtt_session WHERE client_identifier = ANY (ARRAY(%s)) RETURNING session_key
    ), outgoing AS (
      DELETE FROM outgoing_exactly_once o USING gone WHERE o.session_key = gone.session_key
    ), incoming AS (
      DELETE FROM exactly_once e USING gone WHERE e.session_key = gone.session_key
    )
    SELECT count(*)::integer FROM gone
    """
        .formatted(which);
  }

  private static String name(DeviceAddress device) {
    return device.tenant() + ":" + device.device();
  }
}
