package io.muster.firmware.rollouts;

import static io.muster.firmware.HandWired.bean;
import static io.muster.firmware.HandWired.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.actions.Action;
import io.muster.firmware.actions.ActionConfig;
import io.muster.firmware.actions.ActionTable;
import io.muster.firmware.actions.Actions;
import io.muster.firmware.actions.Feedback;
import io.muster.firmware.actions.MaintenanceWindows;
import io.muster.firmware.actions.ManyActions;
import io.muster.firmware.audit.AuditLog;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.PoolConfig;
import io.muster.firmware.database.Sql;
import io.muster.firmware.ddi.DdiJson;
import io.muster.firmware.ddi.DeviceAsks;
import io.muster.firmware.distributions.DistributionTable;
import io.muster.firmware.distributions.Distributions;
import io.muster.firmware.messages.Messages;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.outbox.FirmwarePublisher;
import io.muster.firmware.targets.Target;
import io.muster.firmware.targets.TargetTable;
import io.muster.outbox.SharedEffects;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.paging.Cursor;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * What one instance of the service does about rollouts, step by step as a test says: no timers, no
 * container, a clock of the test's.
 */
final class RolloutInstance implements AutoCloseable {
  static final Author AUTHOR = new Author("pat", null);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final Rollouts rollouts;
  final RolloutActions actions;
  final WaysBack waysBack;
  final Census census;
  final RolloutReader reader;
  final DeviceReader devices;
  final RolloutWorker worker;
  final RolloutRemains remains;
  final Withdrawals withdrawals;
  final Distributions distributions;
  final RolloutSettings settings;
  final RolloutWindows windows;
  private final RolloutsConfig config;
  private final Actions deviceActions;
  private final Pool pool;
  private final Database database;
  private final Vertx vertx;
  private final SharedEffects.Reader registryLog;
  private final Clock clock;

  RolloutInstance(
      FirmwareDatabase tables, Map<String, String> settings, Clock clock, String registryUrl) {
    this.clock = clock;
    vertx = Vertx.vertx();
    pool = tables.newPool(8);
    var all = new HashMap<>(settings);
    all.put("muster.firmware.neighbours.registry-url", registryUrl);
    all.put("muster.firmware.neighbours.ingest-url", registryUrl);
    all.put("muster.firmware.neighbours.service-token-file", token());
    all.put("muster.firmware.neighbours.request-timeout", "60s");
    all.put("muster.firmware.database.transaction-timeout", "60s");
    database = bean(Database.class, pool, config(PoolConfig.class, all));
    var meters = new SimpleMeterRegistry();
    var neighbours =
        bean(Neighbours.class, vertx, config(named("neighbours.NeighboursConfig"), all));
    var audit = bean(AuditLog.class, config(named("audit.AuditConfig"), all), clock);
    var changes = bean(Changes.class, database, audit);
    var broker = bean(named("outbox.BrokerChannel"), null, clock);
    var publisher =
        bean(
            FirmwarePublisher.class,
            pool,
            config(named("outbox.OutboxConfig"), all),
            clock,
            broker,
            meters);
    var messages = bean(Messages.class, publisher, clock);
    var limits = config(ActionConfig.class, all);
    deviceActions = bean(Actions.class, database, messages, limits, meters, clock);
    var many = bean(ManyActions.class, deviceActions, messages, limits, clock);
    config = config(RolloutsConfig.class, all);
    var lookup = new TargetLookup(neighbours, config);
    rollouts = new Rollouts(database, lookup, audit, config, clock);
    actions = new RolloutActions(changes, config, clock);
    waysBack = new WaysBack(changes, config, clock);
    census = new Census(rollouts, lookup, config, clock);
    reader = new RolloutReader(database, config, clock);
    devices = new DeviceReader(database, clock);
    remains = new RolloutRemains(database, config, clock);
    distributions =
        bean(
            Distributions.class,
            database,
            changes,
            config(named("distributions.DistributionConfig"), all),
            clock);
    withdrawals = new Withdrawals(database, many, config);
    this.settings = new RolloutSettings(database, changes);
    windows = new RolloutWindows(clock);
    var rolloutMeters = new RolloutMeters(meters);
    var giving = new Giving(many, deviceActions);
    var turns = new RolloutTurns(database, giving, config, rolloutMeters, clock);
    worker =
        new RolloutWorker(
            database,
            new RolloutSearch(
                database, lookup, new Membership(many), turns, rolloutMeters, config, clock),
            turns,
            remains,
            withdrawals,
            rolloutMeters,
            config,
            clock);
    registryLog =
        (SharedEffects.Reader)
            bean(
                named("inbox.RegistryLog"), database, new ContinuousRollouts(config, clock), clock);
  }

  UUID make(TenantId tenant, String json) {
    return make(tenant, json, Optional.empty());
  }

  UUID make(TenantId tenant, String json, Optional<IdempotencyKey> key) {
    return rollouts.make(tenant, body(json), key, AUTHOR);
  }

  static RolloutBody body(String json) {
    try {
      return ContractJson.mapper().readValue(json.replace('\'', '"'), RolloutBody.class);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError(notJson);
    }
  }

  RolloutView read(TenantId tenant, UUID rollout) {
    return reader.read(tenant, rollout);
  }

  String state(TenantId tenant, UUID rollout) {
    return read(tenant, rollout).state();
  }

  Map<String, Long> counts(TenantId tenant, UUID rollout) {
    return read(tenant, rollout).counts();
  }

  List<RolloutDeviceView> devices(TenantId tenant, UUID rollout) {
    return devices.list(tenant, rollout, null, null, Cursor.read(null), 100_000).items();
  }

  /** Works on rollouts until none is due now. */
  void work() {
    while (worker.workOnOne()) {
      // Each turn puts its rollout off, or ends it.
    }
  }

  /** Takes a rollout that is due, and dies. */
  void dieWithOne() {
    database.inTransaction(
        db -> RolloutTable.claim(db, clock.instant(), config.lease()).orElseThrow());
  }

  /** A released distribution for devices of these types. */
  UUID distribution(TenantId tenant, String version, String... types) {
    var id = UUID.randomUUID();
    database.use(
        db ->
            db.change(
                "INSERT INTO distribution (id, tenant, name, version, device_types, created_at,"
                    + " created_by, released_at, released_by) VALUES ($1, $2, 'lamp', $3, $4, $5,"
                    + " 'pat', $5, 'pat')",
                id,
                tenant.value(),
                version,
                List.of(types),
                clock.instant()));
    return id;
  }

  /** Gives one device something, as a person does. */
  long assign(DeviceAddress device, UUID distribution) {
    return database.inTransaction(
        db -> {
          TargetTable.rememberAll(
              db, device.tenant(), new String[] {device.device().value()}, new Boolean[] {true});
          return deviceActions.start(
              db,
              target(db, device).key(),
              DistributionTable.find(db, device.tenant(), distribution).orElseThrow(),
              true,
              "pat");
        });
  }

  /** What the device is to do, the oldest first. */
  List<Action> open(DeviceAddress device) {
    return on(device, (db, target) -> ActionTable.open(db, target.key()));
  }

  /** The device asks for its update: from now on it has seen it. */
  long retrieve(DeviceAddress device) {
    var action = open(device).getLast();
    database.use(
        db -> {
          ActionTable.retrieved(db, action.key());
          return null;
        });
    return action.number();
  }

  /** The device asks for its update; gives whether it may install it now, in hawkBit's words. */
  String ask(DeviceAddress device) {
    var number = open(device).getLast().number();
    return DeviceAsks.update(database, windows, clock, target(device), number);
  }

  /** SWUpdate says this of its update. */
  void say(DeviceAddress device, String execution, String finished, String detail) {
    var number = open(device).getLast().number();
    var body =
        """
        {"id": %d, "time": "20260106T040000", "status": {"result": {"progress": {"cnt": 0, "of": 0},
        "finished": "%s"}, "execution": "%s", "details": [ "%s" ]}}\
        """
            .formatted(number, finished, execution, detail);
    deviceActions.deploymentFeedback(
        target(device), number, DdiJson.feedback(body.getBytes(StandardCharsets.UTF_8)));
  }

  /** What the history of its update says, the newest first. */
  List<String> history(DeviceAddress device) {
    return on(
        device,
        (db, target) ->
            ActionTable.statuses(db, ActionTable.open(db, target.key()).getLast().key(), 100)
                .stream()
                .map(ActionTable.Status::execution)
                .toList());
  }

  /** The device says that it is at its update, without having asked for it: as over MQTT. */
  void proceed(DeviceAddress device) {
    var number = open(device).getLast().number();
    var said = new Feedback(Feedback.Execution.PROCEEDING, Feedback.Finished.NONE, null, List.of());
    deviceActions.deploymentFeedback(target(device), number, said);
  }

  /** The device asks for its update and says how it ended. */
  void end(DeviceAddress device, boolean well) {
    var number = retrieve(device);
    deviceActions.deploymentFeedback(target(device), number, closed(well));
  }

  void succeed(DeviceAddress... devices) {
    for (var device : devices) {
      end(device, true);
    }
  }

  void fail(DeviceAddress... devices) {
    for (var device : devices) {
      end(device, false);
    }
  }

  /** The device leaves what it is asked to leave. */
  void leave(DeviceAddress device) {
    deviceActions.cancellationFeedback(
        target(device), open(device).getFirst().number(), closed(true));
  }

  /** The version that the device installed last. */
  String installed(DeviceAddress device) {
    return on(
        device,
        (db, target) ->
            ActionTable.installed(db, target.key())
                .map(it -> DistributionTable.byKey(db, it.distributionKey()).version())
                .orElse(null));
  }

  private static Feedback closed(boolean well) {
    return new Feedback(
        Feedback.Execution.CLOSED,
        well ? Feedback.Finished.SUCCESS : Feedback.Finished.FAILURE,
        null,
        List.of());
  }

  private interface OnTarget<T> {
    T of(Sql db, Target target);
  }

  private <T> T on(DeviceAddress device, OnTarget<T> work) {
    return database.use(db -> work.of(db, target(db, device)));
  }

  private Target target(DeviceAddress device) {
    return database.use(db -> target(db, device));
  }

  private static Target target(Sql db, DeviceAddress device) {
    return db.first(
            "SELECT " + TargetTable.COLUMNS + " FROM target AS t WHERE tenant = $1 AND device = $2",
            device.tenant().value(),
            device.device().value())
        .map(TargetTable::read)
        .orElseThrow();
  }

  /** How the device's update stands to its window. */
  MaintenanceWindows.Standing standing(DeviceAddress device) {
    var action = open(device).getLast();
    return database.use(db -> windows.of(db, action));
  }

  <T> T use(Function<Sql, T> work) {
    return database.use(work);
  }

  /** Takes events of the registry. */
  void registryTells(String... topics) {
    List<OutboxEvent> events = new ArrayList<>();
    for (var topic : topics) {
      events.add(
          new OutboxEvent(
              1, UUID.randomUUID(), topic, 1, null, Map.of(), new byte[0], clock.instant()));
    }
    events.removeIf(event -> !registryLog.wants(event));
    pool.withTransaction(db -> registryLog.apply(db, events)).await().atMost(PATIENCE);
  }

  private static String token() {
    try {
      var file = Files.createTempFile("service", ".token");
      file.toFile().deleteOnExit();
      return Files.writeString(file, "token").toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    pool.closeAndForget();
    vertx.closeAndForget();
  }
}
