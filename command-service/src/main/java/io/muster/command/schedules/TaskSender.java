package io.muster.command.schedules;

import io.muster.command.commands.CommandLimits;
import io.muster.command.commands.NewCommand;
import io.muster.command.commands.TransactionalCommands;
import io.muster.command.jobs.Jobs;
import io.muster.command.queue.Written;
import io.muster.contract.id.DeviceAddress;
import io.muster.rest.audit.Author;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;

/** Sends what schedules send. Thread-safe. */
@ApplicationScoped
class TaskSender {
  private final TransactionalCommands commands;
  private final Jobs jobs;
  private final CommandLimits limits;
  private final Clock clock;

  TaskSender(TransactionalCommands commands, Jobs jobs, CommandLimits limits, Clock clock) {
    this.commands = commands;
    this.jobs = jobs;
    this.limits = limits;
    this.clock = clock;
  }

  /** How something is sent, in a transaction and under an id. */
  interface Sending {
    /** Fails with a refusal, before anything is written. */
    Uni<Written> of(SqlConnection db, UUID id);
  }

  /**
   * Does what needs the registry, so before the transaction. Fails with a refusal when the schedule
   * cannot be served.
   *
   * @param trace W3C trace context
   */
  Uni<Sending> prepare(Schedule it, Map<String, String> trace) {
    var owner = new Author(it.owner(), null);
    return switch (it.task()) {
      case Task.Single(var id, var command) -> {
        var device = new DeviceAddress(it.tenant(), id);
        var read = NewCommand.read(command, limits, clock.instant());
        yield commands
            .queueOf(device)
            .map(queue -> (db, made) -> commands.send(db, queue, device, made, read, owner, trace));
      }
      case Task.Many(var job) ->
          jobs.checkTargets(it.tenant(), job)
              .map(
                  there ->
                      (db, made) ->
                          jobs.make(db, it.tenant(), made, job, owner, trace)
                              .replaceWith(Written.NOTHING));
    };
  }
}
