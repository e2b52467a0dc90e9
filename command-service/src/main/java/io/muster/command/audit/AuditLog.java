package io.muster.command.audit;

import io.muster.command.database.Pipeline;
import io.muster.rest.audit.AuditStatements;
import io.muster.rest.audit.Author;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Says who did what: a row in the transaction of the change, so that neither is without the other,
 * and a line in the log after it. Thread-safe.
 */
@ApplicationScoped
public class AuditLog {
  private static final Logger LOG = Logger.getLogger("io.muster.command.audit");

  private static final String INSERT =
      """
      INSERT INTO audit (at, tenant, actor, address, action, subject)
      SELECT $1::timestamptz, n.*
        FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS n\
      """;

  private final AuditConfig config;
  private final Clock clock;

  /** What somebody did, and who. */
  public record Signed(AuditEntry entry, Author author) {}

  AuditLog(AuditConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Writes the row, in the transaction. */
  public Uni<Void> write(SqlConnection transaction, AuditEntry entry, Author author) {
    return write(transaction, List.of(new Signed(entry, author)));
  }

  /** Writes the rows, in the transaction. */
  public Uni<Void> write(SqlConnection transaction, List<Signed> entries) {
    var now = clock.instant().atOffset(ZoneOffset.UTC);
    var rows =
        Tuple.of(
            now,
            column(entries, it -> it.entry().tenant().value()),
            column(entries, it -> it.author().subject()),
            column(entries, it -> it.author().address()),
            column(entries, it -> it.entry().action()),
            column(entries, it -> it.entry().subject()));
    return Pipeline.of(
        transaction.preparedQuery(INSERT).execute(rows),
        transaction
            .preparedQuery(AuditStatements.PRUNE)
            .execute(Tuple.of(now.minus(config.keepFor()), AuditStatements.PRUNED_AT_ONCE)));
  }

  private static String[] column(List<Signed> entries, Function<Signed, String> value) {
    return entries.stream().map(value).toArray(String[]::new);
  }

  /** Writes the line, after the commit. */
  public void tell(AuditEntry entry, Author author) {
    LOG.infof(
        "%s by %s from %s",
        entry, author.subject(), author.address() == null ? "?" : author.address());
  }
}
