package io.muster.command.removal;

import io.muster.outbox.TenantPart;
import io.muster.outbox.TenantRemovals.Keeps;
import java.util.List;

/**
 * What this service keeps of tenants, in the order in which it goes: first what makes more of it,
 * and each table before those that it refers to. Messages in the outbox are not here: they go by
 * age.
 */
final class TenantTables {
  private static final String OF_SCHEDULE =
      """
      SELECT f.ctid FROM schedule AS s JOIN schedule_firing AS f ON f.schedule_key = s.key
       WHERE s.tenant = $1\
      """;
  private static final String OF_JOB =
      """
      SELECT t.ctid FROM job AS j JOIN job_target AS t ON t.job_key = j.key
       WHERE j.tenant = $1\
      """;
  private static final String OF_COMMAND =
      """
      SELECT e.ctid FROM command AS c JOIN aws_execution AS e ON e.command_key = c.key
       WHERE c.tenant = $1\
      """;
  private static final String OF_QUEUE =
      """
      SELECT o.ctid FROM device_queue AS q JOIN %s AS o ON o.queue_key = q.key
       WHERE q.tenant = $1\
      """;

  private TenantTables() {}

  static Keeps keeps() {
    return Keeps.of(
        List.of(
            TenantPart.of("schedule_firing", OF_SCHEDULE),
            TenantPart.of("schedule"),
            TenantPart.of("job_target", OF_JOB),
            TenantPart.of("aws_execution", OF_COMMAND),
            TenantPart.of("command"),
            TenantPart.of("job"),
            TenantPart.of("idempotent_request", OF_QUEUE.formatted("idempotent_request")),
            TenantPart.of("aws_device", OF_QUEUE.formatted("aws_device")),
            TenantPart.of("device_queue"),
            TenantPart.of("listener"),
            TenantPart.of("connection"),
            TenantPart.of("deleted_device"),
            TenantPart.of("audit")));
  }
}
