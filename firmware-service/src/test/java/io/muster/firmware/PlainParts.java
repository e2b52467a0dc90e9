package io.muster.firmware;

import static io.muster.firmware.HandWired.bean;
import static io.muster.firmware.HandWired.config;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.firmware.actions.ActionConfig;
import io.muster.firmware.actions.Actions;
import io.muster.firmware.actions.ManyActions;
import io.muster.firmware.audit.AuditLog;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.PoolConfig;
import io.muster.firmware.messages.Messages;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.neighbours.NeighboursOfTests;
import io.muster.firmware.outbox.FirmwarePublisher;
import io.muster.firmware.targets.Targets;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** Some of the service on a test's tables, without container and timers. */
public final class PlainParts implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  public final Neighbour registry;
  public final Database database;
  public final Changes changes;
  public final Neighbours neighbours;
  public final Targets targets;
  public final Messages messages;
  public final Actions actions;
  public final ManyActions many;
  public final ActionConfig limits = config(ActionConfig.class, Map.of());

  public PlainParts(FirmwareDatabase tables, Path folder, Clock clock) throws IOException {
    registry = new Neighbour();
    var patient = Map.of("muster.firmware.database.transaction-timeout", "60s");
    database = bean(Database.class, tables.pool(), config(PoolConfig.class, patient));
    var audit = bean(AuditLog.class, config(named("audit.AuditConfig"), Map.of()), clock);
    changes = bean(Changes.class, database, audit);
    neighbours = NeighboursOfTests.of(vertx, registry, folder);
    targets = bean(Targets.class, database, neighbours);
    var meters = new SimpleMeterRegistry();
    var publisher =
        bean(
            FirmwarePublisher.class,
            tables.pool(),
            config(named("outbox.OutboxConfig"), Map.of()),
            clock,
            bean(named("outbox.BrokerChannel"), null, clock),
            meters);
    messages = bean(Messages.class, publisher, clock);
    actions = bean(Actions.class, database, messages, limits, meters, clock);
    many = bean(ManyActions.class, actions, messages, limits, clock);
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName("io.muster.firmware." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    vertx.closeAndForget();
    registry.close();
  }
}
