package io.muster.firmware.signing;

import io.muster.contract.id.TenantId;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.database.Sql;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The rows of signing keys and of signatures. Stateless. */
public final class SignatureTable {
  private static final String KEY =
      "k.key, k.id, k.name, k.public_key, k.created_at, k.created_by FROM signing_key AS k";
  private static final String SIGNED =
      """
      SELECT k.public_key, s.signature
        FROM artifact_signature AS s JOIN signing_key AS k ON k.key = s.signing_key
       WHERE s.artifact_key = $1 AND k.tenant = $2\
      """;
  private static final String SIGNATURES =
      """
      SELECT k.id, k.name, k.algorithm, s.signature, s.created_at, s.created_by
        FROM artifact_signature AS s JOIN signing_key AS k ON k.key = s.signing_key
       WHERE s.artifact_key = $1 ORDER BY s.created_at, k.key\
      """;

  private SignatureTable() {}

  /**
   * Whether a key that the tenant still has signed it. Verified anew: rows alone are nobody's word.
   */
  public static boolean isSigned(Sql db, TenantId tenant, Artifact artifact) {
    return db.rows(SIGNED, artifact.key(), tenant.value()).stream()
        .anyMatch(
            row ->
                VerifyingKey.ofStored(Sql.bytes(row, "public_key"))
                    .verifies(artifact.sha256(), Sql.bytes(row, "signature")));
  }

  /** The signatures of an artifact; each was valid when it was taken. */
  public static List<SignatureView> of(Sql db, long artifact) {
    return db.rows(
        row ->
            new SignatureView(
                row.getUUID("id"),
                row.getString("name"),
                row.getString("algorithm"),
                Sql.bytes(row, "signature"),
                Sql.instant(row, "created_at"),
                row.getString("created_by")),
        SIGNATURES,
        artifact);
  }

  static void sign(Sql db, long artifact, long key, byte[] signature, Instant now, String by) {
    db.change(
        "INSERT INTO artifact_signature (artifact_key, signing_key, signature, created_at,"
            + " created_by) VALUES ($1, $2, $3, $4, $5)"
            + " ON CONFLICT (artifact_key, signing_key) DO UPDATE"
            + " SET signature = excluded.signature, created_at = excluded.created_at,"
            + " created_by = excluded.created_by",
        artifact,
        key,
        signature,
        now,
        by);
  }

  static void insert(
      Sql db, UUID id, TenantId tenant, String name, VerifyingKey key, Instant now, String by) {
    db.change(
        "INSERT INTO signing_key (id, tenant, name, algorithm, public_key, created_at, created_by)"
            + " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        tenant.value(),
        name,
        label(key.algorithm()),
        key.der(),
        now,
        by);
  }

  static List<SigningKey> keys(Sql db, TenantId tenant) {
    return db.rows(
        SignatureTable::read,
        "SELECT " + KEY + " WHERE k.tenant = $1 ORDER BY k.key",
        tenant.value());
  }

  static Optional<SigningKey> key(Sql db, TenantId tenant, UUID id) {
    return db.first(
            "SELECT " + KEY + " WHERE k.tenant = $1 AND k.id = $2 FOR SHARE", tenant.value(), id)
        .map(SignatureTable::read);
  }

  static int delete(Sql db, TenantId tenant, UUID id) {
    return db.change("DELETE FROM signing_key WHERE tenant = $1 AND id = $2", tenant.value(), id);
  }

  /** As in JSON and in the table. */
  static String label(VerifyingKey.Algorithm algorithm) {
    return switch (algorithm) {
      case ED25519 -> "ed25519";
      case ECDSA_P256 -> "ecdsa-p256";
    };
  }

  private static SigningKey read(Row row) {
    return new SigningKey(
        row.getLong("key"),
        row.getUUID("id"),
        row.getString("name"),
        VerifyingKey.ofStored(Sql.bytes(row, "public_key")),
        Sql.instant(row, "created_at"),
        row.getString("created_by"));
  }
}
