package io.muster.firmware.audit;

import io.muster.firmware.database.Sql;
import io.muster.rest.audit.AuditStatements;
import io.muster.rest.audit.Author;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * Says who did what: a row in the transaction of the change, so that neither is without the other,
 * and a line in the log after it. Thread-safe.
 */
@ApplicationScoped
public class AuditLog {
  private static final Logger LOG = Logger.getLogger("io.muster.firmware.audit");

  private final AuditConfig config;
  private final Clock clock;

  AuditLog(AuditConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Writes the row, in the transaction. */
  public void write(Sql db, AuditEntry entry, Author author) {
    var now = clock.instant();
    db.change(
        AuditStatements.INSERT,
        now,
        entry.tenant(),
        author.subject(),
        author.address(),
        entry.action(),
        entry.subject());
    db.change(AuditStatements.PRUNE, now.minus(config.keepFor()), AuditStatements.PRUNED_AT_ONCE);
  }

  /** Writes the line, after the commit. */
  public void tell(AuditEntry entry, Author author) {
    LOG.infof(
        "%s by %s from %s",
        entry, author.subject(), author.address() == null ? "?" : author.address());
  }
}
