package io.muster.registry.tokens;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** The table {@code token_key}. Thread-safe. */
@ApplicationScoped
class TokenKeyTable {
  private static final String ALL =
      "SELECT id, private_key, public_key, signs_from, signs_until, verifies_until FROM token_key"
          + " ORDER BY signs_from, created_at";
  private static final String INSERT =
      "INSERT INTO token_key (id, private_key, public_key, signs_from, signs_until,"
          + " verifies_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
  private static final String HOLDS = "SELECT 1 FROM token_key WHERE id = $1";
  private static final String PRUNE = "DELETE FROM token_key WHERE verifies_until <= $1";
  // Two instances must not both think that a key is missing.
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtextextended('muster.registry.token-keys', 0))";

  private final Pool pool;
  private final Clock clock;

  TokenKeyTable(Pool pool, Clock clock) {
    this.pool = pool;
    this.clock = clock;
  }

  Uni<KeyRing> read() {
    return read(pool);
  }

  /** Whether a key is there still: it may have been withdrawn a moment ago. */
  Uni<Boolean> holds(UUID id) {
    return pool.preparedQuery(HOLDS).execute(Tuple.of(id)).map(rows -> rows.size() == 1);
  }

  /**
   * Adds what is missing; one instance at a time.
   *
   * @param missing from what is there, the key to be added, or empty
   * @return what is there then
   */
  Uni<KeyRing> complete(Function<KeyRing, Optional<TokenKey>> missing) {
    return complete(missing, _ -> Uni.createFrom().voidItem());
  }

  /**
   * The same with something that is committed with it.
   *
   * @param along what else is written
   */
  Uni<KeyRing> complete(
      Function<KeyRing, Optional<TokenKey>> missing, Function<SqlConnection, Uni<Void>> along) {
    return pool.withTransaction(
        connection ->
            connection
                .query(LOCK)
                .execute()
                .chain(() -> prune(connection))
                .chain(() -> read(connection))
                .chain(ring -> add(connection, ring, missing.apply(ring)))
                .call(() -> along.apply(connection)));
  }

  private Uni<KeyRing> add(SqlConnection connection, KeyRing ring, Optional<TokenKey> missing) {
    return missing.isEmpty()
        ? Uni.createFrom().item(ring)
        : insert(connection, missing.get()).chain(() -> read(connection));
  }

  private Uni<Void> insert(SqlConnection connection, TokenKey key) {
    var values =
        Tuple.tuple()
            .addUUID(key.id())
            .addValue(Buffer.buffer(key.privateKey().getEncoded()))
            .addValue(Buffer.buffer(key.publicKey().getEncoded()))
            .addValue(key.signsFrom().atOffset(ZoneOffset.UTC))
            .addValue(key.signsUntil().atOffset(ZoneOffset.UTC))
            .addValue(key.verifiesUntil().atOffset(ZoneOffset.UTC))
            .addValue(clock.instant().atOffset(ZoneOffset.UTC));
    return connection.preparedQuery(INSERT).execute(values).replaceWithVoid();
  }

  private Uni<Void> prune(SqlConnection connection) {
    return connection
        .preparedQuery(PRUNE)
        .execute(Tuple.of(clock.instant().atOffset(ZoneOffset.UTC)))
        .replaceWithVoid();
  }

  private static Uni<KeyRing> read(SqlClient client) {
    return client
        .preparedQuery(ALL)
        .execute()
        .map(
            rows -> {
              List<TokenKey> keys = new ArrayList<>(rows.size());
              rows.forEach(row -> keys.add(key(row)));
              return new KeyRing(keys);
            });
  }

  private static TokenKey key(Row row) {
    return TokenKey.of(
        row.getUUID("id"),
        row.getBuffer("private_key").getBytes(),
        row.getBuffer("public_key").getBytes(),
        instant(row, "signs_from"),
        instant(row, "signs_until"),
        instant(row, "verifies_until"));
  }

  private static Instant instant(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant();
  }
}
