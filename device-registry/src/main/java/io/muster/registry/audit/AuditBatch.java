package io.muster.registry.audit;

import io.muster.rest.access.Caller;
import io.muster.rest.audit.AuditStatements;
import io.muster.rest.audit.Author;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;

/** Rows of the audit for changes in one transaction of plain SQL. Thread-safe. */
@ApplicationScoped
public class AuditBatch {
  private static final String INSERT =
      """
      INSERT INTO audit (at, tenant, actor, address, action, subject)
      SELECT $1::timestamptz, tenant, $2::text, $3::text, action, subject
        FROM unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY
          AS entry (tenant, action, subject, ordinal)
       ORDER BY ordinal\
      """;
  // A name that no tenant can have.
  private static final String INSERT_OF_PLATFORM =
      """
      INSERT INTO audit (at, tenant, actor, address, action, subject)
      VALUES ($1, 'platform', $2, $3, $4, $5)\
      """;

  private final Caller caller;
  private final AuditConfig config;
  private final Clock clock;

  AuditBatch(Caller caller, AuditConfig config, Clock clock) {
    this.caller = caller;
    this.config = config;
    this.clock = clock;
  }

  /** Who makes the current request. */
  public Author author() {
    return Author.of(caller);
  }

  /**
   * Writes entries in order, and removes about as many that are past their age.
   *
   * @param transaction the connection on which the changes' transaction is open
   */
  public Uni<Void> write(SqlClient transaction, Author author, List<AuditEntry> entries) {
    if (entries.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var now = clock.instant().atOffset(ZoneOffset.UTC);
    var rows =
        Tuple.from(
            new Object[] {
              now,
              author.subject(),
              author.address(),
              entries.stream().map(it -> it.tenant().value()).toArray(String[]::new),
              entries.stream().map(AuditEntry::action).toArray(String[]::new),
              entries.stream().map(AuditEntry::subject).toArray(String[]::new)
            });
    return transaction
        .preparedQuery(INSERT)
        .execute(rows)
        .chain(
            () ->
                transaction
                    .preparedQuery(AuditStatements.PRUNE)
                    .execute(
                        Tuple.of(
                            now.minus(config.keepFor()),
                            entries.size() + AuditStatements.PRUNED_AT_ONCE)))
        .replaceWithVoid();
  }

  /** Adds what was done to the platform and is no tenant's affair. */
  public Uni<Void> writeOfPlatform(
      SqlClient transaction, Author author, String action, String subject) {
    var now = clock.instant().atOffset(ZoneOffset.UTC);
    return transaction
        .preparedQuery(INSERT_OF_PLATFORM)
        .execute(Tuple.of(now, author.subject(), author.address(), action, subject))
        .replaceWithVoid();
  }
}
