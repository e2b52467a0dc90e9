package io.muster.registry.shadow;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes of {@code shadow_listener} that are collected and written together. What an older
 * connection of a client heard goes with the first word of a newer one, or with its own end; in
 * which order they are told does not matter. For one thread.
 */
final class ShadowListeners {
  private static final String ADD =
      """
      INSERT INTO shadow_listener (client, device_key, family, name, epoch)
      SELECT v.client, v.device_key, v.family, v.name, v.epoch
        FROM unnest($1::text[], $2::int[], $3::smallint[], $4::text[], $5::bigint[])
          AS v (client, device_key, family, name, epoch)
        JOIN device d ON d.key = v.device_key
       ORDER BY v.client, v.device_key, v.family, v.name
      ON CONFLICT (client, device_key, family, name)
      DO UPDATE SET epoch = greatest(shadow_listener.epoch, excluded.epoch)\
      """;
  private static final String REMOVE =
      """
      DELETE FROM shadow_listener l
       USING unnest($1::text[], $2::bigint[]) AS v (client, before)
       WHERE l.client = v.client AND l.epoch < v.before\
      """;

  private record Place(String client, int deviceKey, Hearing hearing) {}

  private final Map<Place, Long> added = new HashMap<>();
  private final Map<String, Long> removedBefore = new HashMap<>();

  static Uni<Void> forgetAll(SqlClient transaction) {
    return transaction.query("DELETE FROM shadow_listener").execute().replaceWithVoid();
  }

  void listens(String client, long epoch, int deviceKey, Hearing hearing) {
    added.merge(new Place(client, deviceKey, hearing), epoch, Math::max);
    removeBefore(client, epoch);
  }

  void ended(String client, long epoch) {
    removeBefore(client, epoch + 1);
  }

  private void removeBefore(String client, long epoch) {
    removedBefore.merge(client, epoch, Math::max);
  }

  Uni<Void> write(SqlClient transaction) {
    return add(transaction).chain(() -> remove(transaction));
  }

  private Uni<Void> add(SqlClient transaction) {
    if (added.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<Place> places = new ArrayList<>(added.keySet());
    var values =
        Tuple.of(
            places.stream().map(Place::client).toArray(String[]::new),
            places.stream().map(Place::deviceKey).toArray(Integer[]::new),
            places.stream()
                .map(it -> (short) it.hearing().family().ordinal())
                .toArray(Short[]::new),
            places.stream().map(it -> it.hearing().name()).toArray(String[]::new),
            places.stream().map(added::get).toArray(Long[]::new));
    return transaction.preparedQuery(ADD).execute(values).replaceWithVoid();
  }

  private Uni<Void> remove(SqlClient transaction) {
    if (removedBefore.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<String> clients = new ArrayList<>(removedBefore.keySet());
    var values =
        Tuple.of(
            clients.toArray(String[]::new),
            clients.stream().map(removedBefore::get).toArray(Long[]::new));
    return transaction.preparedQuery(REMOVE).execute(values).replaceWithVoid();
  }
}
