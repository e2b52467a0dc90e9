package io.muster.benchmarks;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.load.Target;
import io.muster.benchmarks.load.TrustedServer;
import io.muster.benchmarks.report.Comparison;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RowStore;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BareServer;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.ConnectingDevices;
import io.muster.benchmarks.stack.ConnectingDevices.Crowd;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how fast devices are let in. */
@Command(
    name = "connects",
    description = {
      "Measures connections a second, from TCP to CONNACK, with secrets that the registry verifies,",
      "plain and TLS, beside a server that accepts everybody."
    },
    mixinStandardHelpOptions = true)
final class ConnectsCommand extends StackCommand {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int SOURCES = 8;
  private static final int NO_LIMIT_IN_REACH = 1_000_000;

  /** Of each transport: asked of the registry once, then known. */
  private static final int TRANSPORTS = 2;

  private static final String ASKED = ", registry asked";
  private static final String KNOWN = ", known of late";

  @Mixin private RoundOptions rounds;

  @Option(
      names = "--connections",
      defaultValue = "3000",
      description = "made in a round, each by a device of its own (default ${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--at-once",
      defaultValue = "200",
      description = "how many await their CONNACK at a time (default ${DEFAULT-VALUE})")
  private int atOnce;

  @Override
  String title() {
    return "Connections a second";
  }

  @Override
  List<String> conditions() {
    return List.of(
        "%d rounds of %,d connections of each, in turn; %d at once await their CONNACK; %s"
            .formatted(rounds.rounds(), connections, atOnce, target().versionName()),
        "registry asked: a device that was not seen before; known of late: the same again, within"
            + " the minute for which an answer is used again",
        "each CONNECT takes its session in PostgreSQL before CONNACK",
        "the bare server is Netty that accepts (with TLS: the same certificate) and answers with a"
            + " fixed CONNACK, in a process with the same JVM options",
        "muster.endpoint.connections.per-second is out of reach; its default of 2,000 bounds a"
            + " storm of reconnects",
        "load generator and servers share the cores; with TLS half of the handshake is its");
  }

  @Override
  Map<String, String> prepare(BenchmarkStack stack) {
    return Map.of("MUSTER_ENDPOINT_CONNECTIONS_PER_SECOND", Integer.toString(NO_LIMIT_IN_REACH));
  }

  @Override
  String measure(BenchmarkStack stack) throws InterruptedException {
    var turns = rounds.rounds() + 1; // and one for warming up
    var devices = turns * TRANSPORTS * connections;
    tell("registering %,d devices".formatted(devices));
    var logins = Bench.registered(stack, devices);
    var bare = BareServer.start(stack, stackOptions().ingestJvm());
    var tls = TrustedServer.of(stack.authority().authorityCertificate());
    var contenders = new ArrayList<Contender>();
    var comparisons = new ArrayList<Comparison>();
    var half = logins.size() / TRANSPORTS;
    add(stack, contenders, comparisons, "plain", null, logins.subList(0, half), bare);
    add(stack, contenders, comparisons, "TLS", tls, logins.subList(half, logins.size()), bare);
    var tournament = new Tournament(NO_ROWS, ProcFiles.ofThisMachine(), report()::tell);
    tournament.warmUp(contenders, Duration.ZERO);
    var measured = tournament.run(contenders, rounds.rounds(), Duration.ZERO);
    return new Report("connections", comparisons, measured).markdown();
  }

  private void add(
      BenchmarkStack stack,
      List<Contender> contenders,
      List<Comparison> comparisons,
      String transport,
      SslContext tls,
      List<DeviceLogin> logins,
      BareServer bare) {
    var ingest = stack.ingest();
    var own = target(tls == null ? ingest.port() : ingest.tlsPort(), tls);
    Supplier<List<ObservedProcess>> served =
        () ->
            List.of(
                ingest.observed(),
                stack.registryProcess(),
                stack.databaseProcess(),
                stack.brokerProcess(),
                Bench.generator());
    var crowd = new Crowd(connections, atOnce, target().threads());
    var asked = "ingest-service, " + transport + ASKED;
    var known = "ingest-service, " + transport + KNOWN;
    var floor = "bare server, " + transport;
    contenders.add(
        new ConnectingDevices(asked, own, logins, crowd, served, ingest::awaitNoConnections));
    contenders.add(
        new ConnectingDevices(known, own, logins, crowd, served, ingest::awaitNoConnections));
    contenders.add(
        new ConnectingDevices(
            floor,
            target(tls == null ? bare.port() : bare.tlsPort(), tls),
            logins,
            crowd,
            () -> List.of(bare.observed(), Bench.generator()),
            () -> {}));
    comparisons.add(new Comparison(asked, floor));
    comparisons.add(new Comparison(known, floor));
  }

  private Target target(int port, SslContext tls) {
    return new Target("127.0.0.1", port, tls, target().version(), 1, TIMEOUT, SOURCES);
  }

  /** Nothing is stored. */
  private static final RowStore NO_ROWS =
      new RowStore() {
        @Override
        public long count() {
          return 0;
        }

        @Override
        public void reset() {}
      };
}
