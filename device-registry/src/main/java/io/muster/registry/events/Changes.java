package io.muster.registry.events;

import io.muster.registry.audit.AuditBatch;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.audit.AuditLog;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** How this service's data is read and changed. Thread-safe; needs a Vert.x context. */
@ApplicationScoped
public class Changes {
  private final EventPublisher publisher;
  private final AuditLog audit;
  private final AuditBatch sqlAudit;
  private final Pool pool;

  Changes(EventPublisher publisher, AuditLog audit, AuditBatch sqlAudit, Pool pool) {
    this.publisher = publisher;
    this.audit = audit;
    this.sqlAudit = sqlAudit;
    this.pool = pool;
  }

  /** Runs in one transaction; its events go out after the commit. */
  public <T> Uni<T> inTransaction(Supplier<Uni<T>> change) {
    return Panache.withTransaction(change).invoke(publisher::wakeUp);
  }

  /**
   * The same for what somebody asked for: its entry in the audit is committed with it.
   *
   * @param entry what was done, from what came of it
   */
  public <T> Uni<T> audited(Function<T, AuditEntry> entry, Supplier<Uni<T>> change) {
    return inTransaction(() -> change.get().call(done -> audit.write(entry.apply(done))))
        .invoke(done -> audit.tell(entry.apply(done)));
  }

  /**
   * What came of a request to change something.
   *
   * @param isChange false: all was as it was asked for
   */
  public record Outcome<T>(T value, boolean isChange) {}

  /** The same for what may turn out to change nothing; then there is no entry. */
  public <T> Uni<T> auditedIfChanged(AuditEntry entry, Supplier<Uni<Outcome<T>>> change) {
    return inTransaction(
            () ->
                change
                    .get()
                    .call(
                        done -> done.isChange() ? audit.write(entry) : Uni.createFrom().voidItem()))
        .invoke(
            done -> {
              if (done.isChange()) {
                audit.tell(entry);
              }
            })
        .map(Outcome::value);
  }

  /** Runs in one transaction of plain SQL; its events go out after the commit. */
  public <T> Uni<T> inSqlTransaction(Function<SqlConnection, Uni<T>> change) {
    return pool.withTransaction(change).invoke(publisher::wakeUp);
  }

  /**
   * The same for what somebody asked for: its entry in the audit is committed with it.
   *
   * @param entry what was done, from what came of it
   */
  public <T> Uni<T> auditedSql(
      Function<T, AuditEntry> entry, Function<SqlConnection, Uni<T>> change) {
    var author = sqlAudit.author();
    return inSqlTransaction(
            connection ->
                change
                    .apply(connection)
                    .call(done -> sqlAudit.write(connection, author, List.of(entry.apply(done)))))
        .invoke(done -> audit.tell(entry.apply(done)));
  }

  /** What was said in a transaction that somebody else ran goes out now. Never blocks. */
  public void tell() {
    publisher.wakeUp();
  }

  /** Reads in one session. */
  public <T> Uni<T> reading(Supplier<Uni<T>> question) {
    return Panache.withSession(question);
  }
}
