package io.muster.command.commands;

import io.muster.command.database.Database;
import io.muster.command.neighbours.NeighbourAwayException;
import io.muster.command.neighbours.Neighbours;
import io.muster.command.queue.Arrivals;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * Which devices there are: as the registry said when a device got its first command, until its log
 * says that it is deleted. So with the registry away known devices are sent commands. Thread-safe.
 */
@ApplicationScoped
class KnownDevices {
  private static final String FIND =
      "SELECT key FROM device_queue WHERE tenant = $1 AND device = $2 AND known";
  private static final String REMEMBER =
      """
      INSERT INTO device_queue (tenant, device, known) VALUES ($1, $2, true)
      ON CONFLICT (tenant, device) DO UPDATE SET known = true, deleted = false
      RETURNING key\
      """;

  private final Database database;
  private final Neighbours neighbours;

  KnownDevices(Database database, Neighbours neighbours) {
    this.database = database;
    this.neighbours = neighbours;
  }

  /** Its queue; fails with 404 when there is no such device, with 503 when nobody knows. */
  Uni<Long> queueOf(DeviceAddress device) {
    return find(device).flatMap(key -> key != null ? Uni.createFrom().item(key) : ask(device));
  }

  private Uni<Long> find(DeviceAddress device) {
    return database
        .use(db -> db.preparedQuery(FIND).execute(names(device)))
        .map(rows -> rows.size() == 0 ? null : rows.iterator().next().getLong(0));
  }

  private Uni<Long> ask(DeviceAddress device) {
    return neighbours
        .exists(device)
        .onFailure(NeighbourAwayException.class)
        .transform(
            away ->
                new Refusal.Unavailable("the registry does not say whether there is the device")
                    .asException())
        .flatMap(exists -> exists ? remember(device) : Uni.createFrom().failure(absent()));
  }

  private Uni<Long> remember(DeviceAddress device) {
    return database
        .inTransaction(
            db ->
                Arrivals.keepApart(db, List.of(device))
                    .flatMap(done -> db.preparedQuery(REMEMBER).execute(names(device))))
        .map(rows -> rows.iterator().next().getLong(0));
  }

  static RuntimeException absent() {
    return new Refusal.Absent("There is no such device.").asException();
  }

  private static Tuple names(DeviceAddress device) {
    return Tuple.of(device.tenant().value(), device.device().value());
  }
}
