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
import org.jboss.logging.Logger;

/**
 * Says who did what: a row in the transaction of the change, so that neither is without the other,
 * and a line in the log after it. Thread-safe.
 */
@ApplicationScoped
public class AuditLog {
  private static final Logger LOG = Logger.getLogger("io.muster.command.audit");

  private final AuditConfig config;
  private final Clock clock;

  AuditLog(AuditConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Writes the row, in the transaction. */
  public Uni<Void> write(SqlConnection transaction, AuditEntry entry, Author author) {
    var now = clock.instant().atOffset(ZoneOffset.UTC);
    var row =
        Tuple.of(now, entry.tenant().value(), author.subject())
            .addValue(author.address())
            .addString(entry.action())
            .addString(entry.subject());
    return Pipeline.of(
        transaction.preparedQuery(AuditStatements.INSERT).execute(row),
        transaction
            .preparedQuery(AuditStatements.PRUNE)
            .execute(Tuple.of(now.minus(config.keepFor()), AuditStatements.PRUNED_AT_ONCE)));
  }

  /** Writes the line, after the commit. */
  public void tell(AuditEntry entry, Author author) {
    LOG.infof(
        "%s by %s from %s",
        entry, author.subject(), author.address() == null ? "?" : author.address());
  }
}
