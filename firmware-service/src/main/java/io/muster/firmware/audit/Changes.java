package io.muster.firmware.audit;

import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import jakarta.enterprise.context.ApplicationScoped;
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
    var done =
        database.inTransaction(
            db -> {
              var result = change.apply(db);
              audit.write(db, entry.apply(result), author);
              return result;
            });
    audit.tell(entry.apply(done), author);
    return done;
  }
}
