package io.muster.benchmarks;

import io.muster.benchmarks.floor.InsertFloor;
import io.muster.benchmarks.load.LoadException;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.report.Comparison;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.report.Table;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.BrokerConsumer;
import io.muster.benchmarks.stack.BrokerPath;
import io.muster.benchmarks.stack.BrokerPath.Outcome;
import io.muster.benchmarks.stack.IngestFromBroker;
import io.muster.benchmarks.stack.KillTrial;
import io.muster.benchmarks.stack.OpenBroker;
import io.muster.benchmarks.stack.Settling;
import io.muster.benchmarks.stack.StockConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the way over a broker, through both connectors, and what each of them loses. */
@Command(
    name = "broker",
    description = {
      "Measures the way over a broker with a shared subscription, through muster-mqtt and through"
          + " the",
      "stock connector, beside the endpoint and the insert-only floor; then kills the consumers."
    },
    mixinStandardHelpOptions = true)
final class BrokerCommand extends MeasuringCommand {
  private static final int STOCK_BUFFER = 128;
  private static final int LARGE_BUFFER = 10_000_000;

  /** The peer is a new process in each turn; its compiler must not be what is measured. */
  private static final Duration PEER_WARM_UP = Duration.ofSeconds(5);

  private static final String ENDPOINT = "ingest-service's endpoint";
  private static final String MUSTER = "broker and muster-mqtt";
  private static final String STOCK = "broker and stock connector";
  private static final String STOCK_LARGE = "broker and stock connector, any buffer";

  @Option(
      names = "--connections",
      defaultValue = "8",
      description = "devices, each with a connection (default ${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--receive-maximum",
      defaultValue = "20000",
      description =
          "muster-mqtt's window; ingest-service's default is 2,000 (default ${DEFAULT-VALUE})")
  private int receiveMaximum;

  @Option(
      names = "--kill-rate",
      description =
          "messages a second while a consumer is killed; default: as fast as the broker"
              + " acknowledges")
  private Double killRate;

  @Option(
      names = "--settle",
      defaultValue = "15s",
      converter = DurationConverter.class,
      description = "no new row for so long: no more will come (default ${DEFAULT-VALUE})")
  private Duration settle;

  private OpenBroker ofMuster;
  private OpenBroker ofStock;

  @Override
  String title() {
    return "Over a broker with a shared subscription";
  }

  @Override
  int devices() {
    return connections;
  }

  @Override
  String connections() {
    return Integer.toString(connections);
  }

  @Override
  List<String> moreConditions() {
    return List.of(
        "the broker is HiveMQ CE on disk, open to everybody, a process for each connector; as fast"
            + " as it acknowledges: what it cannot pass on at once it queues, and a round ends when"
            + " the last row is there (or none has come for %d s)".formatted(settle.toSeconds()),
        "muster-mqtt: inside ingest-service, Receive Maximum %,d".formatted(receiveMaximum),
        "stock connector: quarkus-messaging-mqtt in a small application with ingest-service's JVM"
            + " options, decoder and statement, as many transactions at a time; persistent session;"
            + " with the connector's buffer of %,d messages, and with one of %,d"
                .formatted(STOCK_BUFFER, LARGE_BUFFER),
        "not there is what the broker acknowledged to the device and is no row in the end;"
            + " restarted: what of it is still missing when the consumer was started once more and"
            + " no row came for as long again; the rest is lost",
        "killed: SIGKILL in the middle of %d s at %s, started again at once"
            .formatted(rounds().duration().toSeconds(), killPace()));
  }

  private String killPace() {
    return killRate == null ? "full speed" : "%,.0f messages a second".formatted(killRate);
  }

  @Override
  Map<String, String> prepare(BenchmarkStack stack) {
    ofMuster = OpenBroker.start(stack, "broker-of-muster");
    ofStock = OpenBroker.start(stack, "broker-of-stock");
    return Map.of(
        "MUSTER_INGEST_SOURCE", "broker",
        "MUSTER_INGEST_BROKER_URL", ofMuster.url(),
        "MUSTER_INGEST_BROKER_RECEIVE_MAXIMUM", Integer.toString(receiveMaximum));
  }

  @Override
  String measure(BenchmarkStack stack, Bench bench, Tournament tournament)
      throws InterruptedException {
    var settling = new Settling(bench.table(), settle);
    var stock = consumer(stack, STOCK_BUFFER);
    var stockLarge = consumer(stack, LARGE_BUFFER);
    var inside = new IngestFromBroker(stack, ofMuster);
    var muster = path(MUSTER, bench, inside, settling, Duration.ZERO);
    var peer = path(STOCK, bench, stock, settling, Duration.ZERO);
    var peerLarge = path(STOCK_LARGE, bench, stockLarge, settling, PEER_WARM_UP);
    var endpoint = bench.ingest(ENDPOINT, connections, new Pace.AsAcknowledged());
    try (var floor = insertFloor(stack, bench)) {
      var contenders = List.<Contender>of(endpoint, muster, peerLarge, peer, floor);
      tournament.warmUp(contenders, rounds().warmUp());
      var rounds = tournament.run(contenders, rounds().rounds(), rounds().duration());
      var report = new Report("rows", comparisons(floor.name()), rounds).markdown();
      var losses =
          new Table(1, List.of("", "acknowledged by the broker", "rows", "not there", "restarted"));
      for (var path : List.of(muster, peerLarge, peer)) {
        addLine(losses, path.name(), total(path.outcomes()), "");
      }
      tell("killing the consumers");
      var trial = new KillTrial(TargetOptions.pace(killRate), rounds().duration(), settling);
      for (var path : List.of(muster, peerLarge, peer)) {
        kill(trial, path, losses);
      }
      return report + "\n" + losses.markdown();
    }
  }

  /** A broker that gives up under the load is a result as well, and must not cost the others. */
  private void kill(KillTrial trial, BrokerPath path, Table losses) throws InterruptedException {
    var name = path.name() + ", killed";
    try {
      var result = trial.run(path);
      tell("%s: %s".formatted(name, result));
      addLine(losses, name, result.first(), "%,d".formatted(result.missing()));
    } catch (LoadException e) {
      tell("%s: %s".formatted(name, e.getMessage()));
      losses.line(name + ": the broker answered no more", "", "", "", "");
    }
  }

  private StockConsumer consumer(BenchmarkStack stack, int bufferSize) {
    return new StockConsumer(
        stack,
        ofStock,
        bufferSize,
        stackOptions().lanes(),
        stackOptions().batchRows(),
        stackOptions().ingestJvm());
  }

  private BrokerPath path(
      String name, Bench bench, BrokerConsumer consumer, Settling settling, Duration warmUp) {
    return new BrokerPath(
        name,
        port -> bench.connect(connections, port),
        consumer,
        settling,
        warmUp,
        target().drain());
  }

  private InsertFloor insertFloor(BenchmarkStack stack, Bench bench) {
    return new InsertFloor(
        "insert-only floor",
        stack.ingestDatabase(),
        stackOptions().lanes(),
        stackOptions().batchRows(),
        connections,
        bench.writerAndDatabase());
  }

  private static List<Comparison> comparisons(String floor) {
    var all = new ArrayList<Comparison>();
    for (var name : List.of(ENDPOINT, MUSTER, STOCK_LARGE, STOCK)) {
      all.add(new Comparison(name, floor));
    }
    all.add(new Comparison(MUSTER, ENDPOINT));
    all.add(new Comparison(STOCK_LARGE, MUSTER));
    return all;
  }

  private static Outcome total(List<Outcome> outcomes) {
    return outcomes.stream()
        .reduce(
            new Outcome(0, 0),
            (a, b) -> new Outcome(a.acknowledged() + b.acknowledged(), a.rows() + b.rows()));
  }

  private static void addLine(Table losses, String name, Outcome outcome, String restarted) {
    losses.line(
        name,
        "%,d".formatted(outcome.acknowledged()),
        "%,d".formatted(outcome.rows()),
        "%,d".formatted(outcome.acknowledged() - outcome.rows()),
        restarted);
  }
}
