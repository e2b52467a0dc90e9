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

/** What changes all the time: shadows, and who is there. */
final class ChangeTrial {
  private static final String SHADOW = "shadow update";
  private static final String SHADOW_FLOOR = "update of a row";
  private static final String DISCONNECT = "mass disconnect";
  private static final String DISCONNECT_FLOOR = "update of the rows";

  /** As many as there are connections in the registry's pool. */
  private static final int POOL = 16;

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
            "\"version\"",
            service);
    var floor =
        new UpdatedRows(SHADOW_FLOOR, stack.registryDatabase(), POOL, tenant, devices, writer);
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
