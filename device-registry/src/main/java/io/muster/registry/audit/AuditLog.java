package io.muster.registry.audit;

import io.muster.rest.access.Caller;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import org.jboss.logging.Logger;

/**
 * Says who changed what: a row in the transaction of the change, so that neither is without the
 * other, and a line in the log after it. Called on the request's own context, whose token names who
 * does it. Thread-safe.
 */
@ApplicationScoped
public class AuditLog {
  private static final Logger LOG = Logger.getLogger("io.muster.registry.audit");
  private static final int ACTOR_CHARACTERS = 200;
  private static final String INSERT =
      "INSERT INTO audit (at, tenant, actor, address, action, subject)"
          + " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
  private static final String INSERT_FOR_ALL =
      "INSERT INTO audit (at, tenant, actor, address, action, subject) SELECT CAST(?1 AS"
          + " timestamptz), id, CAST(?2 AS text), CAST(?3 AS text), CAST(?4 AS text), CAST(?5 AS"
          + " text) FROM tenant";
  // A few with each write keep the table within its age without a job of its own.
  private static final String PRUNE =
      "DELETE FROM audit WHERE place IN (SELECT place FROM"
          + " (SELECT place, at FROM audit ORDER BY place LIMIT 20 FOR UPDATE SKIP LOCKED) oldest"
          + " WHERE at < ?1)";

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
    return Panache.getSession()
        .call(
            session ->
                session
                    .createNativeQuery(INSERT)
                    .setParameter(1, now)
                    .setParameter(2, entry.tenant().value())
                    .setParameter(3, actor(entry))
                    .setParameter(4, address(entry))
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

  /** Writes the row, in the transaction that is open on the connection. */
  public Uni<Void> write(SqlClient transaction, AuditEntry entry) {
    var now = clock.instant().atOffset(ZoneOffset.UTC);
    var values =
        Tuple.tuple()
            .addOffsetDateTime(now)
            .addString(entry.tenant().value())
            .addString(actor(entry))
            .addString(caller.address().orElse(null))
            .addString(entry.action())
            .addString(entry.subject());
    return Uni.join()
        .all(
            transaction.preparedQuery(plain(INSERT)).execute(values),
            transaction.preparedQuery(plain(PRUNE)).execute(Tuple.of(now.minus(config.keepFor()))))
        .andFailFast()
        .replaceWithVoid();
  }

  /** Hibernate's places for values as PostgreSQL's. */
  private static String plain(String sql) {
    return sql.replace('?', '$');
  }

  /** Writes the line, after the commit. */
  public void tell(AuditEntry entry) {
    LOG.infof("%s by %s from %s", entry, actor(entry), caller.address().orElse("?"));
  }

  /** Writes a row for each tenant: what was done to the whole platform. */
  public Uni<Void> writeToAll(String action, String subject) {
    return Panache.getSession()
        .chain(
            session ->
                session
                    .createNativeQuery(INSERT_FOR_ALL)
                    .setParameter(1, clock.instant().atOffset(ZoneOffset.UTC))
                    .setParameter(2, actor(caller.subject()))
                    .setParameter(3, caller.address().orElse(null))
                    .setParameter(4, action)
                    .setParameter(5, subject)
                    .executeUpdate())
        .replaceWithVoid();
  }

  private String address(AuditEntry entry) {
    return entry.address() == null ? caller.address().orElse(null) : entry.address();
  }

  /** A subject comes from outside: it must neither write lines of its own nor be without end. */
  private String actor(AuditEntry entry) {
    return actor(entry.actor() == null ? caller.subject() : entry.actor());
  }

  private static String actor(String name) {
    var text = name.replaceAll("\\p{Cntrl}", "?");
    return text.length() <= ACTOR_CHARACTERS ? text : text.substring(0, ACTOR_CHARACTERS);
  }
}
