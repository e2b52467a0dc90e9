package io.muster.firmware.signing;

import io.muster.contract.id.TenantId;
import io.muster.firmware.artifacts.Artifact;
import io.muster.firmware.artifacts.ArtifactTable;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;

/** The keys that a tenant signs with, and what they signed. Waits; thread-safe. */
@ApplicationScoped
class Signatures {
  private static final Logger LOG = Logger.getLogger(Signatures.class);

  private final Database database;
  private final Changes changes;
  private final SigningConfig config;
  private final Clock clock;
  private final EventIds ids;

  Signatures(Database database, Changes changes, SigningConfig config, Clock clock) {
    this.database = database;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  SigningKey addKey(TenantId tenant, SigningKeyBody body, Author by) {
    var publicKey = publicKey(body.publicKey());
    return changes.audited(
        by,
        made -> new AuditEntry("signing-key-created", tenant, "signing-keys/" + made.id()),
        db -> {
          lock(db, tenant);
          var keys = SignatureTable.keys(db, tenant);
          if (keys.size() >= config.keysPerTenant()) {
            throw new Refusal.LimitReached("signing keys of the tenant", config.keysPerTenant())
                .asException();
          }
          var der = publicKey.der();
          if (keys.stream().anyMatch(it -> Arrays.equals(it.publicKey().der(), der))) {
            throw new Refusal.Conflict(ConflictKind.NAME_TAKEN, "The tenant has this key already.")
                .asException();
          }
          var id = ids.next();
          SignatureTable.insert(
              db, id, tenant, body.name(), publicKey, clock.instant(), by.subject());
          return SignatureTable.key(db, tenant, id).orElseThrow();
        });
  }

  List<SigningKey> keys(TenantId tenant) {
    return database.use(db -> SignatureTable.keys(db, tenant));
  }

  /** What it signed counts no more; what was released stays released. */
  void deleteKey(TenantId tenant, UUID id, Author by) {
    changes.audited(
        by,
        _ -> new AuditEntry("signing-key-deleted", tenant, "signing-keys/" + id),
        db -> {
          if (SignatureTable.delete(db, tenant, id) == 0) {
            throw new Refusal.Absent("There is no such signing key.").asException();
          }
          return null;
        });
  }

  /** Takes a signature if it is one. */
  List<SignatureView> sign(TenantId tenant, UUID artifactId, SignatureBody body, Author by) {
    var signature = bytes(body.signature());
    return changes.audited(
        by,
        _ -> new AuditEntry("artifact-signed", tenant, "artifacts/" + artifactId),
        db -> {
          var artifact = artifact(db, tenant, artifactId);
          var key =
              SignatureTable.key(db, tenant, body.signingKey())
                  .orElseThrow(() -> wrong("/signingKey", "is no key of the tenant"));
          if (!key.publicKey().verifies(artifact.sha256(), signature)) {
            LOG.warnf(
                "Refused: %s handed in what is no signature of %s/signing-keys/%s",
                by.subject(), tenant, key.id());
            throw wrong("/signature", "is no signature of this key over the artifact's SHA-256");
          }
          SignatureTable.sign(
              db, artifact.key(), key.key(), signature, clock.instant(), by.subject());
          return SignatureTable.of(db, artifact.key());
        });
  }

  List<SignatureView> of(TenantId tenant, UUID artifact) {
    return database.use(db -> SignatureTable.of(db, artifact(db, tenant, artifact).key()));
  }

  private static Artifact artifact(Sql db, TenantId tenant, UUID id) {
    return ArtifactTable.find(db, tenant, id)
        .orElseThrow(() -> new Refusal.Absent("There is no such artifact.").asException());
  }

  private static VerifyingKey publicKey(String pem) {
    try {
      return VerifyingKey.ofPem(pem);
    } catch (IllegalArgumentException unfit) {
      throw wrong("/publicKey", unfit.getMessage());
    }
  }

  private static byte[] bytes(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException malformed) {
      throw wrong("/signature", "must be Base64");
    }
  }

  private static void lock(Sql db, TenantId tenant) {
    db.rows("SELECT pg_advisory_xact_lock(hashtext('signing ' || $1::text))", tenant.value());
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
