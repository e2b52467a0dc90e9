package io.muster.firmware.targets;

import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Optional;

/**
 * Requests for tokens that may be repeated: the same key again gets another token in place of the
 * first, unless that one was used. So a lost answer does no harm, and no record holds a token. Who
 * calls holds a lock for the subject, so two requests with one key follow one another. Thread-safe.
 */
@ApplicationScoped
public class TokenRequests {
  private static final String FIND =
      """
      SELECT request_sha256, token_sha256 FROM token_request
       WHERE tenant = $1 AND subject = $2 AND idempotency_key = $3 AND created_at > $4\
      """;
  private static final String STORE =
      """
      INSERT INTO token_request (tenant, subject, idempotency_key, request_sha256, token_sha256,
                                 created_at)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (tenant, subject, idempotency_key) DO UPDATE
        SET request_sha256 = excluded.request_sha256, token_sha256 = excluded.token_sha256,
            created_at = excluded.created_at\
      """;
  // A few with each write keep the table small without a job of its own.
  private static final String PRUNE =
      """
      WITH oldest AS MATERIALIZED (
        SELECT tenant, subject, idempotency_key FROM token_request WHERE created_at <= $1
         ORDER BY created_at LIMIT 20 FOR UPDATE SKIP LOCKED)
      DELETE FROM token_request WHERE (tenant, subject, idempotency_key) IN (
        SELECT tenant, subject, idempotency_key FROM oldest)\
      """;

  private final TargetConfig config;
  private final Clock clock;

  TokenRequests(TargetConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /**
   * A request for a token.
   *
   * @param subject whose token it is
   * @param sha256 of what is asked for
   */
  public record Asked(TenantId tenant, String subject, IdempotencyKey key, byte[] sha256) {}

  /**
   * The SHA-256 of the token that the same request got before; 409 when the key was another's.
   *
   * @return empty: it is the first
   */
  public Optional<byte[]> earlier(Sql db, Asked asked) {
    var since = clock.instant().minus(config.idempotencyKept());
    var found = db.first(FIND, asked.tenant().value(), asked.subject(), asked.key().value(), since);
    if (found.isPresent()
        && !MessageDigest.isEqual(Sql.bytes(found.get(), "request_sha256"), asked.sha256())) {
      throw conflict("The Idempotency-Key was used for another token.");
    }
    return found.map(row -> Sql.bytes(row, "token_sha256"));
  }

  /** What came of it. */
  public void remember(Sql db, Asked asked, byte[] tokenSha256) {
    var now = clock.instant();
    db.change(
        STORE,
        asked.tenant().value(),
        asked.subject(),
        asked.key().value(),
        asked.sha256(),
        tokenSha256,
        now);
    db.change(PRUNE, now.minus(config.idempotencyKept()));
  }

  /** The token that it got before is somebody's already, or was taken away. */
  public static RuntimeException used() {
    return conflict("The token of this Idempotency-Key was used or deleted already.");
  }

  private static RuntimeException conflict(String detail) {
    return new Refusal.Conflict(ConflictKind.IDEMPOTENCY_KEY_USED, detail).asException();
  }
}
