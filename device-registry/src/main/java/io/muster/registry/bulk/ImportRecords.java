package io.muster.registry.bulk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/**
 * The answers to the batches of an import with an {@code Idempotency-Key}, committed with them: a
 * repeated request gets those again and goes on behind them. They hold no secret. Its caller holds
 * the lock of the tenant's row. Thread-safe.
 */
@ApplicationScoped
class ImportRecords {
  static final String HEADER = "Idempotency-Key";

  private static final String FIND =
      """
      SELECT b.input_sha256, b.results
        FROM device_import i
        JOIN device_import_batch b ON b.import_key = i.key
       WHERE i.tenant_key = $1 AND i.idempotency_key = $2 AND i.created_at > $3 AND b.number = $4\
      """;

  private static final String FIND_IMPORT =
      "SELECT key FROM device_import WHERE tenant_key = $1 AND idempotency_key = $2"
          + " AND created_at > $3";

  private static final String DELETE_OLD =
      "DELETE FROM device_import WHERE tenant_key = $1 AND idempotency_key = $2";

  private static final String INSERT_IMPORT =
      "INSERT INTO device_import (tenant_key, idempotency_key, created_at) VALUES ($1, $2, $3)"
          + " RETURNING key";

  private static final String INSERT_BATCH =
      "INSERT INTO device_import_batch (import_key, number, input_sha256, results)"
          + " VALUES ($1, $2, $3, $4)";

  // A few with each import keep the tables small without a job of their own.
  private static final String PRUNE =
      """
      WITH oldest AS MATERIALIZED (
        SELECT key FROM device_import WHERE created_at <= $1
         ORDER BY created_at LIMIT 5 FOR UPDATE SKIP LOCKED)
      DELETE FROM device_import WHERE key IN (SELECT key FROM oldest)\
      """;

  private final BulkLimits limits;
  private final ObjectMapper mapper;
  private final Clock clock;

  ImportRecords(BulkLimits limits, ObjectMapper mapper, Clock clock) {
    this.limits = limits;
    this.mapper = mapper;
    this.clock = clock;
  }

  /**
   * What came of a batch when it was written before.
   *
   * @throws io.muster.rest.problem.RefusedException with 422 when it was another one
   */
  Optional<List<RowResult>> find(Sql sql, int tenantKey, ImportJob job, Batch batch) {
    if (job.idempotencyKey() == null) {
      return Optional.empty();
    }
    for (var row : sql.rows(FIND, tenantKey, job.idempotencyKey(), oldest(), batch.number())) {
      if (!MessageDigest.isEqual(row.getBuffer("input_sha256").getBytes(), batch.digest())) {
        throw otherRequest();
      }
      return Optional.of(read(row.getString("results")));
    }
    return Optional.empty();
  }

  /** Remembers what came of a batch. */
  void store(Sql sql, int tenantKey, ImportJob job, Batch batch, List<RowResult> results) {
    if (job.idempotencyKey() != null) {
      sql.rows(
          INSERT_BATCH,
          importKey(sql, tenantKey, job.idempotencyKey()),
          batch.number(),
          Buffer.buffer(batch.digest()),
          write(results));
    }
  }

  private long importKey(Sql sql, int tenantKey, String idempotencyKey) {
    for (var row : sql.rows(FIND_IMPORT, tenantKey, idempotencyKey, oldest())) {
      return row.getLong("key");
    }
    sql.rows(DELETE_OLD, tenantKey, idempotencyKey);
    sql.rows(PRUNE, oldest());
    var now = clock.instant().atOffset(ZoneOffset.UTC);
    return sql.rows(INSERT_IMPORT, tenantKey, idempotencyKey, now).iterator().next().getLong("key");
  }

  private OffsetDateTime oldest() {
    return clock.instant().minus(limits.idempotencyKept()).atOffset(ZoneOffset.UTC);
  }

  private String write(List<RowResult> results) {
    try {
      return mapper.writeValueAsString(results);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private List<RowResult> read(String results) {
    try {
      return mapper.readValue(results, new TypeReference<List<RowResult>>() {});
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static RuntimeException otherRequest() {
    return new Refusal.Meaningless(
            List.of(FieldError.in(HEADER, "was used before, for a request with another body")))
        .asException();
  }
}
