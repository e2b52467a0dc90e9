package io.muster.benchmarks;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.load.Target;
import io.muster.benchmarks.load.TrustedServer;
import io.muster.benchmarks.report.Table;
import io.muster.benchmarks.stack.BareServer;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.benchmarks.stack.ConnectingDevices.Calm;
import io.muster.benchmarks.stack.IdleTrial;
import io.muster.benchmarks.stack.IdleTrial.Connection;
import io.muster.benchmarks.stack.StackSettings;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the memory of a connection over which nothing is said. */
@Command(
    name = "idle",
    description = {
      "Measures the memory of an idle connection, plain and TLS, in ingest-service and in a server",
      "that accepts everybody and does nothing."
    },
    mixinStandardHelpOptions = true)
final class IdleCommand extends StackCommand {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** One address has enough ports for 5,000 connections also when some are not free again yet. */
  private static final int CONNECTIONS_OF_A_SOURCE = 5_000;

  private static final int CLASSES = 12;
  private static final double KILOBYTE = 1_000;

  @Option(
      names = "--connections",
      defaultValue = "10000",
      description = "idle at a time, each of a device of its own (default ${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--heap",
      defaultValue = "2g",
      description = "of each server, touched from the beginning (default ${DEFAULT-VALUE})")
  private String heap;

  @Option(
      names = "--hold",
      defaultValue = "30s",
      converter = DurationConverter.class,
      description = "how long they are idle before it is measured (default ${DEFAULT-VALUE})")
  private Duration hold;

  @Override
  String title() {
    return "Memory of an idle connection";
  }

  @Override
  List<String> conditions() {
    return List.of(
        "%,d connections, one for each device, %s, keep-alive 60 s, idle for %d s; in turn"
            .formatted(connections, target().versionName(), hold.toSeconds()),
        "heap: what is alive after a full collection, with the connections less without them",
        "outside: growth of the resident memory, of which the heap is no part, since all of it is"
            + " touched at the start",
        "kB are 1,000 bytes; what the kernel holds for a socket is not counted",
        "the bare server is Netty that accepts (with TLS: the same certificate), in a process with"
            + " the same JVM options");
  }

  @Override
  StackSettings settings() throws IOException {
    return stackOptions().settings(touchedHeap());
  }

  private List<String> touchedHeap() {
    return List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch");
  }

  @Override
  Map<String, String> prepare(BenchmarkStack stack) {
    return Map.of(
        "MUSTER_ENDPOINT_CONNECTIONS_PER_SECOND",
        "1000000",
        "MUSTER_ENDPOINT_CONNECTIONS_MOST",
        Integer.toString(connections + 1_000));
  }

  @Override
  String measure(BenchmarkStack stack) throws InterruptedException {
    tell("registering %,d devices".formatted(connections));
    var logins = Bench.registered(stack, connections);
    var trial = new IdleTrial(logins, Math.min(1_000, connections), hold);
    var tls = TrustedServer.of(stack.authority().authorityCertificate());
    var jvm = new ArrayList<>(stackOptions().ingestJvm());
    jvm.addAll(touchedHeap());
    var ingest = stack.ingest();

    var plain = run(trial, ingest.observed(), ingest.port(), null, ingest::awaitNoConnections);
    ingest.restart(); // what the allocator kept of the last ones must not hide what these need
    var secure = run(trial, ingest.observed(), ingest.tlsPort(), tls, ingest::awaitNoConnections);
    var bare = BareServer.start(stack, jvm);
    var barePlain = run(trial, bare.observed(), bare.port(), null, () -> {});
    bare.process().close();
    bare = BareServer.start(stack, jvm);
    var bareSecure = run(trial, bare.observed(), bare.tlsPort(), tls, () -> {});
    bare.process().close();

    var table =
        new Table(2, List.of("", "", "kB", "of it heap", "of it outside", "of the bare server"));
    line(table, "ingest-service", "plain", plain, barePlain);
    line(table, "ingest-service", "TLS", secure, bareSecure);
    line(table, "bare server", "plain", barePlain, barePlain);
    line(table, "bare server", "TLS", bareSecure, bareSecure);
    return table.markdown() + "\n" + largest("plain", plain) + "\n" + largest("TLS", secure);
  }

  private Connection run(
      IdleTrial trial, ObservedProcess server, int port, SslContext tls, Calm calm)
      throws InterruptedException {
    var sources = 1 + connections / CONNECTIONS_OF_A_SOURCE;
    var at = new Target("127.0.0.1", port, tls, target().version(), 1, TIMEOUT, sources);
    var connection = trial.run(server, at, calm);
    tell(
        "%s %s: %.1f kB"
            .formatted(
                server.name(), tls == null ? "plain" : "TLS", connection.bytes() / KILOBYTE));
    return connection;
  }

  private static void line(
      Table table, String server, String transport, Connection connection, Connection floor) {
    table.line(
        server,
        transport,
        kilobytes(connection.bytes()),
        kilobytes(connection.heapBytes()),
        kilobytes(connection.otherBytes()),
        "%.1f".formatted(connection.bytes() / floor.bytes()));
  }

  private static String kilobytes(double bytes) {
    return "%.1f".formatted(bytes / KILOBYTE);
  }

  private static String largest(String transport, Connection connection) {
    return "What holds the most of ingest-service's heap for a connection, %s, in bytes: "
            .formatted(transport)
        + connection.heapByClass().entrySet().stream()
            .limit(CLASSES)
            .map(entry -> "`%s` %.0f".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "))
        + ".\n";
  }
}
