package io.muster.command.commands;

import io.muster.command.database.Database;
import io.muster.command.database.Together;
import io.muster.command.neighbours.Neighbours;
import io.muster.command.queue.Arrivals;
import io.muster.command.queue.Deletions;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which devices there are: as the registry said when a device got its first command, until its log
 * says that it is deleted. So with the registry away known devices are sent commands. Thread-safe.
 */
@ApplicationScoped
class KnownDevices {
  /** How often the registry is asked about a device that is deleted again and again. */
  private static final int QUESTIONS = 3;

  private static final int MOST_AT_ONCE = 1_000;

  private static final String FIND =
      """
      SELECT q.key, q.tenant, q.device FROM device_queue AS q
        JOIN unnest($1::text[], $2::text[]) AS wanted (tenant, device)
          ON q.tenant = wanted.tenant AND q.device = wanted.device
       WHERE q.known\
      """;
  private static final String REMEMBER =
      """
      INSERT INTO device_queue (tenant, device, known) VALUES ($1, $2, true)
      ON CONFLICT (tenant, device) DO UPDATE SET known = true, deleted = false
      RETURNING key\
      """;

  private final Database database;
  private final Neighbours neighbours;
  private final Together<DeviceAddress, Map<DeviceAddress, Long>> keys;

  KnownDevices(Database database, Neighbours neighbours) {
    this.database = database;
    this.neighbours = neighbours;
    this.keys = new Together<>(MOST_AT_ONCE, this::find);
  }

  /** Its queue; fails with 404 when there is no such device, with 503 when nobody knows. */
  Uni<Long> queueOf(DeviceAddress device) {
    return keys.ask(device)
        .map(found -> found.get(device))
        .flatMap(key -> key != null ? Uni.createFrom().item(key) : ask(device, QUESTIONS));
  }

  private Uni<Map<DeviceAddress, Long>> find(List<DeviceAddress> devices) {
    var tenants = devices.stream().map(it -> it.tenant().value()).toArray(String[]::new);
    var names = devices.stream().map(it -> it.device().value()).toArray(String[]::new);
    return database
        .use(db -> db.preparedQuery(FIND).execute(Tuple.of(tenants, names)))
        .map(
            rows -> {
              Map<DeviceAddress, Long> found = new HashMap<>();
              rows.forEach(
                  row ->
                      found.put(
                          DeviceAddress.of(row.getString("tenant"), row.getString("device")),
                          row.getLong("key")));
              return found;
            });
  }

  /** Once more when it was deleted meanwhile: it may be there again. */
  private Uni<Long> ask(DeviceAddress device, int questions) {
    return database
        .use(Deletions::place)
        .flatMap(place -> askOnce(device, place))
        .flatMap(
            key -> {
              if (key != null) {
                return Uni.createFrom().item(key);
              }
              return questions > 1
                  ? ask(device, questions - 1)
                  : Uni.createFrom().failure(unknown());
            });
  }

  /** Null when it was deleted after that place. */
  private Uni<Long> askOnce(DeviceAddress device, long place) {
    return neighbours
        .exists(device)
        .onFailure(NeighbourAwayException.class)
        .transform(away -> unknown())
        .flatMap(exists -> exists ? remember(device, place) : Uni.createFrom().failure(absent()));
  }

  private Uni<Long> remember(DeviceAddress device, long place) {
    return database.inTransaction(
        db ->
            Arrivals.keepApart(db, List.of(device))
                .flatMap(done -> Deletions.since(db, place, List.of(device)))
                .flatMap(
                    gone ->
                        gone.isEmpty() ? remember(db, device) : Uni.createFrom().<Long>nullItem()));
  }

  private static Uni<Long> remember(SqlConnection db, DeviceAddress device) {
    return db.preparedQuery(REMEMBER)
        .execute(names(device))
        .map(rows -> rows.iterator().next().getLong(0));
  }

  private static RuntimeException unknown() {
    return new Refusal.Unavailable("the registry does not say whether there is the device")
        .asException();
  }

  static RuntimeException absent() {
    return new Refusal.Absent("There is no such device.").asException();
  }

  private static Tuple names(DeviceAddress device) {
    return Tuple.of(device.tenant().value(), device.device().value());
  }
}
