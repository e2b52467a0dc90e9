package io.muster.rest.audit;

/** SQL for writing the audit of a service. */
public final class AuditStatements {
  /** One entry: when, tenant, actor, address, action, subject. */
  public static final String INSERT =
      """
      INSERT INTO audit (at, tenant, actor, address, action, subject)
      VALUES ($1, $2, $3, $4, $5, $6)\
      """;

  /**
   * Removes what is older than {@code $1} among the {@code $2} oldest: a few with each write keep
   * the table within its age without a job of its own. What is not old is not locked: a lock is
   * written, and there would be some for each change.
   */
  public static final String PRUNE =
      """
      WITH oldest AS MATERIALIZED (SELECT place, at FROM audit ORDER BY place LIMIT $2),
      old AS MATERIALIZED (
        SELECT a.place FROM audit a JOIN oldest o ON o.place = a.place
         WHERE o.at < $1 FOR UPDATE OF a SKIP LOCKED)
      DELETE FROM audit WHERE place IN (SELECT place FROM old)\
      """;

  /** How many are looked at with one entry. */
  public static final int PRUNED_AT_ONCE = 20;

  private AuditStatements() {}
}
