package io.muster.registry.credentials;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;

/** The table {@code credential} for many devices at once, past Hibernate. Thread-safe. */
@ApplicationScoped
public class CredentialRows {
  private static final String OF_DEVICES =
      "SELECT device_key, kind, secret_sha256, public_key, certificate_sha256 FROM credential"
          + " WHERE device_key = ANY($1)";
  private static final String HOLDERS =
      "SELECT device_key, certificate_sha256 FROM credential WHERE certificate_sha256 = ANY($1)";
  private static final String INSERT =
      """
      INSERT INTO credential (id, device_key, kind, secret_sha256, public_key, algorithm,
             certificate_sha256, certificate_subject, not_before, not_after,
             certificate_not_after, created_at)
      SELECT id, device_key, kind, secret_sha256, public_key, algorithm,
             certificate_sha256, certificate_subject, not_before, not_after,
             certificate_not_after, $12::timestamptz
        FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::bytea[], $5::bytea[], $6::text[],
                    $7::bytea[], $8::text[], $9::timestamptz[], $10::timestamptz[],
                    $11::timestamptz[])
          AS given (id, device_key, kind, secret_sha256, public_key, algorithm,
                    certificate_sha256, certificate_subject, not_before, not_after,
                    certificate_not_after)\
      """;

  private final CredentialImport rules;
  private final Clock clock;

  CredentialRows(CredentialImport rules, Clock clock) {
    this.rules = rules;
    this.clock = clock;
  }

  /**
   * Reads what devices have.
   *
   * @param transaction in which the devices' rows are locked
   * @param deviceKeys of those that are stored
   * @param given all that a batch wants to add
   */
  public Uni<CredentialDrafts> drafts(
      SqlClient transaction, Collection<Integer> deviceKeys, List<ImportedCredential> given) {
    var certificates =
        given.stream()
            .filter(it -> it.kind() == CredentialKind.CERTIFICATE)
            .map(it -> Buffer.buffer(it.proof()))
            .toArray(Buffer[]::new);
    return held(transaction, deviceKeys)
        .chain(
            held ->
                holders(transaction, certificates)
                    .map(holders -> new CredentialDrafts(rules.maxPerDevice(), held, holders)));
  }

  /** Writes what was added. */
  public Uni<Void> insert(SqlClient transaction, CredentialDrafts drafts) {
    var all = drafts.additions();
    if (all.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var values =
        new Object[] {
          column(all, ImportedCredential::id, UUID[]::new),
          all.stream().map(CredentialDrafts.Addition::deviceKey).toArray(Integer[]::new),
          column(all, it -> it.kind().label(), String[]::new),
          column(all, it -> buffer(it.of(CredentialKind.SECRET)), Buffer[]::new),
          column(all, it -> buffer(it.of(CredentialKind.JWT_KEY)), Buffer[]::new),
          column(all, ImportedCredential::algorithm, String[]::new),
          column(all, it -> buffer(it.of(CredentialKind.CERTIFICATE)), Buffer[]::new),
          column(all, ImportedCredential::subject, String[]::new),
          column(all, it -> time(it.notBefore()), OffsetDateTime[]::new),
          column(all, it -> time(it.notAfter()), OffsetDateTime[]::new),
          column(all, it -> time(it.certificateNotAfter()), OffsetDateTime[]::new),
          time(clock.instant())
        };
    return transaction.preparedQuery(INSERT).execute(Tuple.from(values)).replaceWithVoid();
  }

  private static Uni<Map<Integer, Set<String>>> held(
      SqlClient transaction, Collection<Integer> deviceKeys) {
    if (deviceKeys.isEmpty()) {
      return Uni.createFrom().item(Map.of());
    }
    return transaction
        .preparedQuery(OF_DEVICES)
        .execute(Tuple.from(new Object[] {deviceKeys.toArray(Integer[]::new)}))
        .map(
            rows -> {
              var held = new HashMap<Integer, Set<String>>();
              for (var row : rows) {
                held.computeIfAbsent(row.getInteger("device_key"), _ -> new HashSet<>())
                    .add(row.getString("kind") + ":" + CredentialDrafts.hex(proof(row)));
              }
              return held;
            });
  }

  private static Uni<Map<String, Integer>> holders(SqlClient transaction, Buffer[] certificates) {
    if (certificates.length == 0) {
      return Uni.createFrom().item(Map.of());
    }
    return transaction
        .preparedQuery(HOLDERS)
        .execute(Tuple.from(new Object[] {certificates}))
        .map(
            rows -> {
              var holders = new HashMap<String, Integer>();
              for (var row : rows) {
                var sha256 = row.getBuffer("certificate_sha256").getBytes();
                holders.put(CredentialDrafts.hex(sha256), row.getInteger("device_key"));
              }
              return holders;
            });
  }

  private static byte[] proof(Row row) {
    for (var column : List.of("secret_sha256", "public_key", "certificate_sha256")) {
      var bytes = row.getBuffer(column);
      if (bytes != null) {
        return bytes.getBytes();
      }
    }
    return new byte[0];
  }

  private static <T> T[] column(
      List<CredentialDrafts.Addition> all,
      Function<ImportedCredential, T> of,
      IntFunction<T[]> array) {
    return all.stream().map(it -> of.apply(it.credential())).toArray(array);
  }

  private static Buffer buffer(byte[] bytes) {
    return bytes == null ? null : Buffer.buffer(bytes);
  }

  private static OffsetDateTime time(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
