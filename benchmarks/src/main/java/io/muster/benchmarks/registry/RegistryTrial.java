package io.muster.benchmarks.registry;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.report.Comparison;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.rounds.Round;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.RowStore;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** The measurements of device-registry, one after the other on one stack. */
public final class RegistryTrial {
  private static final String IMPORT = "import";
  private static final String COPY = "\\copy";
  private static final String VERIFY = "/internal/v1/credentials/verify";
  private static final String AUTHN = "/broker/authn";
  private static final String ASKED = "verify a secret";
  private static final String EMQX = "EMQX authentication";
  private static final String FLOOR = "refused without a look";
  private static final String CLIENTS = "clients";
  private static final int CLIENT_COUNT = 1_000;

  private final BenchmarkStack stack;
  private final Size size;
  private final ObservedProcess generator;
  private final Consumer<Round> progress;
  private final SessionLog log;

  /**
   * How much is measured.
   *
   * @param devices of the import, the searches and the mass disconnect
   * @param searches of each kind
   * @param atOnce authentications that wait at a time
   * @param rounds of each contender
   * @param duration of a round of authentications
   * @param warmUp of each, before the first
   */
  public record Size(
      int devices, int searches, int atOnce, int rounds, Duration duration, Duration warmUp) {}

  /**
   * @param stack whose foundations have started
   * @param log that the stack's registry follows
   * @param generator this process
   */
  public RegistryTrial(
      BenchmarkStack stack,
      SessionLog log,
      Size size,
      ObservedProcess generator,
      Consumer<Round> progress) {
    this.stack = stack;
    this.log = log;
    this.size = size;
    this.generator = generator;
    this.progress = progress;
  }

  /**
   * Measures all; the figures as Markdown.
   *
   * @param tell hears what comes next
   */
  public String measure(Consumer<String> tell) throws InterruptedException {
    try (var registry = stack.registry();
        var rows = new DeviceRows(stack.connectAsSuperuser())) {
      registry.createTenant(DeviceRows.TENANT);
      tell.accept("importing %,d devices, and copying them".formatted(size.devices()));
      var imported = imports(rows);
      tell.accept("searching them");
      var searched = searches(rows);
      tell.accept("authenticating");
      var logins = registered();
      var asked = authentications(logins);
      var changes = new ChangeTrial(stack, size, generator, progress);
      tell.accept("making devices one by one");
      var made = changes.creations(rows);
      tell.accept("updating shadows");
      var updated = changes.shadows(rows, logins);
      tell.accept("disconnecting all of them");
      var gone = changes.disconnects(rows, log);
      return Section.markdown(
          new Section("Import", imported),
          new Section("Search", searched),
          new Section("Who may connect", asked),
          new Section("One device after another", made),
          new Section("Shadows", updated),
          new Section("Presence after a mass disconnect", gone));
    } catch (SQLException e) {
      throw new RoundFailedException("PostgreSQL: " + e.getMessage(), e);
    }
  }

  private String imports(DeviceRows rows) throws InterruptedException {
    Supplier<List<ObservedProcess>> service =
        () -> List.of(stack.registryProcess(), stack.databaseProcess(), generator);
    Supplier<List<ObservedProcess>> writer = () -> List.of(stack.databaseProcess(), generator);
    var contenders =
        List.of(
            new ImportingFleet(IMPORT, stack, size.devices(), service),
            new CopiedFleet(COPY, stack, rows, size.devices(), writer));
    var tournament = new Tournament(rows, ProcFiles.ofThisMachine(), progress);
    tournament.warmUp(contenders, Duration.ZERO);
    var measured = tournament.run(contenders, size.rounds(), Duration.ZERO);
    return new Report("devices", List.of(new Comparison(IMPORT, COPY)), measured).markdown();
  }

  /** The last round left its devices, which were copied. */
  private String searches(DeviceRows rows) throws InterruptedException {
    FleetState.write(rows);
    rows.analyze();
    var role = stack.registryDatabase().user();
    var plans = new Plans(rows, role, stack.log("postgres"));
    return new SearchTrial(stack, plans, size.searches())
        .markdown(SearchQuestion.all(size.devices()));
  }

  private List<DeviceLogin> registered() {
    try (var registry = stack.registry()) {
      registry.createTenant(CLIENTS);
      return registry.registerDevices(CLIENTS, "client-", CLIENT_COUNT);
    }
  }

  private String authentications(List<DeviceLogin> logins) throws InterruptedException {
    var verify =
        asking(
            ASKED,
            VERIFY,
            n -> Logins.verification(logins.get((int) (n % logins.size()))),
            "\"allow\"");
    var emqx =
        asking(EMQX, AUTHN, n -> Logins.emqx(logins.get((int) (n % logins.size()))), "\"allow\"");
    var floor = asking(FLOOR, AUTHN, _ -> "{}", "\"deny\"");
    var contenders = List.of(verify, emqx, floor);
    var tournament = new Tournament(RowStore.NONE, ProcFiles.ofThisMachine(), progress);
    tournament.warmUp(contenders, size.warmUp());
    var measured = tournament.run(contenders, size.rounds(), size.duration());
    var comparisons = List.of(new Comparison(ASKED, FLOOR), new Comparison(EMQX, FLOOR));
    return new Report("answers", comparisons, measured).markdown();
  }

  private RequestingClients asking(
      String name, String path, LongFunction<String> question, String expected) {
    var url = stack.registryUrl().resolve(path);
    var token = stack.serviceToken();
    return new RequestingClients(
        name,
        size.atOnce(),
        n -> Requests.post(url, token, question.apply(n)),
        200,
        expected,
        () -> List.of(stack.registryProcess(), stack.databaseProcess(), generator));
  }
}
