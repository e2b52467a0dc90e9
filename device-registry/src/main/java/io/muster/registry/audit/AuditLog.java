package io.muster.registry.audit;

import io.muster.contract.id.TenantId;
import io.muster.rest.access.Caller;
import io.muster.rest.audit.Author;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Says who changed what: a row in Hibernate's transaction of the change, so that neither is without
 * the other, and a line in the log after it; {@link AuditBatch} is for transactions of plain SQL.
 * Called on the request's own context, whose token names who does it. Thread-safe.
 */
@ApplicationScoped
public class AuditLog {
  private static final Logger LOG = Logger.getLogger("io.muster.registry.audit");
  private static final String INSERT =
      "INSERT INTO audit (at, tenant, actor, address, action, subject)"
          + " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
  private static final String INSERT_FOR_ALL =
      "INSERT INTO audit (at, tenant, actor, address, action, subject) SELECT CAST(?1 AS"
          + " timestamptz), id, CAST(?2 AS text), CAST(?3 AS text), CAST(?4 AS text), CAST(?5 AS"
          + " text) FROM tenant";
  private static final String INSERT_EACH =
      "INSERT INTO audit (at, tenant, actor, address, action, subject) SELECT CAST(?1 AS"
          + " timestamptz), CAST(?2 AS text), CAST(?3 AS text), CAST(?4 AS text), CAST(?5 AS text),"
          + " subject FROM unnest(CAST(?6 AS text[])) AS subject";
  // A few with each write keep the table within its age without a job of its own. What is not old
  // is not locked: a lock is written, and there would be twenty for each change.
  private static final String PRUNE =
      "WITH oldest AS MATERIALIZED (SELECT place, at FROM audit ORDER BY place LIMIT 20),"
          + " old AS MATERIALIZED (SELECT a.place FROM audit a JOIN oldest o ON o.place = a.place"
          + " WHERE o.at < ?1 FOR UPDATE OF a SKIP LOCKED)"
          + " DELETE FROM audit WHERE place IN (SELECT place FROM old)";

  private final Caller caller;
  private final AuditConfig config;
  private final Clock clock;

  AuditLog(Caller caller, AuditConfig config, Clock clock) {
    this.caller = caller;
    this.config = config;
    this.clock = clock;
  }

  /** Writes the row, in the current transaction. */
  public Uni<Void> write(AuditEntry entry) {
    var now = clock.instant().atOffset(ZoneOffset.UTC);
    var author = author(entry);
    return Panache.getSession()
        .call(
            session ->
                session
                    .createNativeQuery(INSERT)
                    .setParameter(1, now)
                    .setParameter(2, entry.tenant().value())
                    .setParameter(3, author.subject())
                    .setParameter(4, author.address())
                    .setParameter(5, entry.action())
                    .setParameter(6, entry.subject())
                    .executeUpdate())
        .chain(
            session ->
                session
                    .createNativeQuery(PRUNE)
                    .setParameter(1, now.minus(config.keepFor()))
                    .executeUpdate())
        .replaceWithVoid();
  }

  /** Writes the line, after the commit. */
  public void tell(AuditEntry entry) {
    var author = author(entry);
    var address = author.address() == null ? "?" : author.address();
    LOG.infof("%s by %s from %s", entry, author.subject(), address);
  }

  /** Adds one entry for each of several subjects that were changed along with another. */
  public Uni<Void> writeEach(String action, TenantId tenant, List<String> subjects) {
    if (subjects.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    var author = Author.of(caller);
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(INSERT_EACH)
                    .setParameter(1, clock.instant().atOffset(ZoneOffset.UTC))
                    .setParameter(2, tenant.value())
                    .setParameter(3, author.subject())
                    .setParameter(4, author.address())
                    .setParameter(5, action)
                    .setParameter(6, subjects.toArray(String[]::new))
                    .executeUpdate())
        .replaceWithVoid();
  }

  /** Writes a row for each tenant: what was done to the whole platform. */
  public Uni<Void> writeToAll(String action, String subject) {
    var author = Author.of(caller);
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(INSERT_FOR_ALL)
                    .setParameter(1, clock.instant().atOffset(ZoneOffset.UTC))
                    .setParameter(2, author.subject())
                    .setParameter(3, author.address())
                    .setParameter(4, action)
                    .setParameter(5, subject)
                    .executeUpdate())
        .replaceWithVoid();
  }

  private Author author(AuditEntry entry) {
    return new Author(
        entry.actor() == null ? caller.subject() : entry.actor(),
        entry.address() == null ? caller.address().orElse(null) : entry.address());
  }
}
