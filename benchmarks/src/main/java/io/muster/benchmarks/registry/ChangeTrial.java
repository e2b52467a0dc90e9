package io.muster.benchmarks.registry;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.report.Comparison;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.Round;
import io.muster.benchmarks.rounds.RowStore;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** What changes all the time: devices, shadows, and who is there. */
final class ChangeTrial {
  private static final String CREATE = "device made";
  private static final String CREATE_FLOOR = "insert of a row";
  private static final String INSERT =
      """
      INSERT INTO registry.device (tenant_key, id, version, enabled, attributes, created_at, updated_at)
      VALUES (?, ?, 1, true, '{}', now(), now())\
      """;
  private static final String UPDATE =
      """
      UPDATE registry.shadow AS s
         SET reported = ?::jsonb, metadata = '{"reported":{"n":{"timestamp":0}}}',
             version = s.version + 1, updated_at = now()
        FROM registry.device d JOIN registry.tenant t ON t.key = d.tenant_key
       WHERE s.device_key = d.key AND s.name = '' AND t.id = ? AND d.id = ?\
      """;
  private static final String SHADOW = "shadow update";
  private static final String SHADOW_FLOOR = "update of a row";
  private static final String DISCONNECT = "mass disconnect";
  private static final String DISCONNECT_FLOOR = "update of the rows";

  /** As many as there are connections in the registry's pool. */
  private static final int POOL = 16;

  /** The tenant of those that are made one by one. */
  private static final String MADE = "made";

  private final BenchmarkStack stack;
  private final RegistryTrial.Size size;
  private final Consumer<Round> progress;
  private final Supplier<List<ObservedProcess>> service;
  private final Supplier<List<ObservedProcess>> writer;

  ChangeTrial(
      BenchmarkStack stack,
      RegistryTrial.Size size,
      ObservedProcess generator,
      Consumer<Round> progress) {
    this.stack = stack;
    this.size = size;
    this.progress = progress;
    this.service = () -> List.of(stack.registryProcess(), stack.databaseProcess(), generator);
    this.writer = () -> List.of(stack.databaseProcess(), generator);
  }

  /** Devices a second that are made one by one, each with a request of its own. */
  String creations(DeviceRows rows) throws InterruptedException {
    try (var registry = stack.registry()) {
      registry.createTenant(MADE);
    }
    var url = stack.registryUrl().resolve("/api/v1/tenants/" + MADE + "/devices");
    var token = stack.personToken();
    var made =
        new RequestingClients(
            CREATE,
            size.atOnce(),
            n -> Requests.post(url, token, "{\"id\":\"made-%d\"}".formatted(n)),
            201,
            "\"version\":1",
            service);
    var tenantKey = rows.tenantKey(MADE);
    var floor =
        new CommittedRows(
            CREATE_FLOOR,
            stack.registryDatabase(),
            POOL,
            INSERT,
            (n, statement) -> {
              statement.setInt(1, tenantKey);
              statement.setString(2, "inserted-" + n);
            },
            writer);
    return report("devices", made, floor, size.duration());
  }

  /** Shadow updates a second over REST; each device's in turn. */
  String shadows(DeviceRows rows, List<DeviceLogin> logins) throws InterruptedException {
    var devices = logins.stream().map(it -> it.device().device().value()).toList();
    var tenant = logins.getFirst().device().tenant().value();
    rows.shadowsOf(tenant);
    var token = stack.personToken();
    var updates =
        new RequestingClients(
            SHADOW,
            size.atOnce(),
            n ->
                Requests.patch(
                    stack
                        .registryUrl()
                        .resolve(
                            "/api/v1/tenants/%s/devices/%s/shadow"
                                .formatted(tenant, devices.get((int) (n % devices.size())))),
                    token,
                    "{\"state\":{\"reported\":{\"n\":%d}}}".formatted(n)),
            200,
            "\"version\"",
            service);
    var floor =
        new CommittedRows(
            SHADOW_FLOOR,
            stack.registryDatabase(),
            POOL,
            UPDATE,
            (n, statement) -> {
              statement.setString(1, "{\"n\":%d}".formatted(n));
              statement.setString(2, tenant);
              statement.setString(3, devices.get((int) (n % devices.size())));
            },
            writer);
    return report("updates", updates, floor, size.duration());
  }

  /** Devices a second that are known to have gone. */
  String disconnects(DeviceRows rows, SessionLog log) throws InterruptedException {
    var devices =
        IntStream.range(0, size.devices())
            .mapToObj(number -> DeviceAddress.of(DeviceRows.TENANT, FleetRows.id(number)))
            .toList();
    var gone = new DisconnectedFleet(DISCONNECT, log, rows, devices, service);
    var floor = new OfflineRows(DISCONNECT_FLOOR, stack.registryDatabase(), writer);
    return report("devices", gone, floor, Duration.ZERO);
  }

  private String report(String unit, Contender contender, Contender floor, Duration duration)
      throws InterruptedException {
    var contenders = List.of(contender, floor);
    var tournament = new Tournament(RowStore.NONE, ProcFiles.ofThisMachine(), progress);
    tournament.warmUp(contenders, size.warmUp());
    var measured = tournament.run(contenders, size.rounds(), duration);
    var comparisons = List.of(new Comparison(contender.name(), floor.name()));
    return new Report(unit, comparisons, measured).markdown();
  }
}
