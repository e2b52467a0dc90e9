package io.muster.firmware.audit;

import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.rest.audit.Author;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** How people change what the service holds. Thread-safe. */
@ApplicationScoped
public class Changes {
  private final Database database;
  private final AuditLog audit;

  Changes(Database database, AuditLog audit) {
    this.database = database;
    this.audit = audit;
  }

  /**
   * Runs in one transaction; the entry in the audit is committed with it.
   *
   * @param entry what was done, from what came of it
   */
  public <T> T audited(Author author, Function<T, AuditEntry> entry, Function<Sql, T> change) {
    return auditedIfAny(author, done -> Optional.of(entry.apply(done)), change);
  }

  /**
   * The same for a request that may turn out to change nothing, as one that is repeated.
   *
   * @param entry what was done, or empty when nothing was
   */
  public <T> T auditedIfAny(
      Author author, Function<T, Optional<AuditEntry>> entry, Function<Sql, T> change) {
    return auditedEach(author, done -> entry.apply(done).stream().toList(), change);
  }

  /**
   * The same for a request that may change several things.
   *
   * @param entries what was done
   */
  public <T> T auditedEach(
      Author author, Function<T, List<AuditEntry>> entries, Function<Sql, T> change) {
    var done =
        database.inTransaction(
            db -> {
              var result = change.apply(db);
              entries.apply(result).forEach(it -> audit.write(db, it, author));
              return result;
            });
    entries.apply(done).forEach(it -> audit.tell(it, author));
    return done;
  }
}
