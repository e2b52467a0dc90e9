package io.muster.benchmarks;

import io.muster.benchmarks.accounting.Meter;
import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.load.CredentialFile;
import io.muster.benchmarks.load.DeviceLogin;
import io.muster.benchmarks.load.Fleet;
import io.muster.benchmarks.load.LoadException;
import io.muster.benchmarks.load.Target;
import io.muster.benchmarks.load.TrustedServer;
import io.muster.benchmarks.stack.RegistryClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Publishes to an endpoint that runs already. */
@Command(
    name = "load",
    description =
        "Publishes QoS 1 telemetry to any endpoint and tells rate, latencies and PUBACKs.",
    mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {
  @Option(names = "--host", defaultValue = "127.0.0.1", description = "default ${DEFAULT-VALUE}")
  private String host;

  @Option(names = "--port", defaultValue = "1883", description = "default ${DEFAULT-VALUE}")
  private int port;

  @Option(names = "--ca-file", description = "speak TLS and trust these certificates (PEM)")
  private Path caFile;

  @Option(
      names = "--tenant",
      defaultValue = "benchmark",
      description = "made if absent, without a limit in reach (default ${DEFAULT-VALUE})")
  private String tenant;

  @Option(
      names = "--devices",
      defaultValue = "8",
      description = "how many are registered (default ${DEFAULT-VALUE})")
  private int devices;

  @Option(
      names = "--registry",
      defaultValue = "http://127.0.0.1:8081",
      description = "where they are registered (default ${DEFAULT-VALUE})")
  private URI registry;

  @Option(
      names = "--token-file",
      defaultValue = ".muster/admin.token",
      description = "the administrator's token (default ${DEFAULT-VALUE})")
  private Path tokenFile;

  @Option(
      names = "--credentials",
      description = "a file of device@tenant,secret lines instead of registering devices")
  private Path credentials;

  @Option(names = "--connections", description = "default: one for each device")
  private Integer connections;

  @Option(
      names = "--rate",
      description = "messages a second over all; default: as fast as they are acknowledged")
  private Double rate;

  @Option(
      names = "--duration",
      defaultValue = "20s",
      converter = DurationConverter.class,
      description = "for how long to publish (default ${DEFAULT-VALUE})")
  private Duration duration;

  @Mixin private TargetOptions options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    var logins = logins();
    var target =
        new Target(
            host,
            port,
            caFile == null ? null : TrustedServer.of(caFile),
            options.version(),
            options.window(),
            Duration.ofSeconds(30));
    var count = connections == null ? logins.size() : connections;
    var own = new ObservedProcess("", ProcessHandle.current().pid(), ObservedProcess.Family.ALONE);
    try (var fleet = Fleet.connect(target, logins, count, options.threads());
        var meter = Meter.start(ProcFiles.ofThisMachine(), List.of(own))) {
      var result = fleet.publish(TargetOptions.pace(rate), duration, options.drain());
      var cpu = meter.read().costs().getFirst().cpu();
      LoadSummary.print(out(), result, cpu);
      return result.isComplete() ? 0 : 1;
    }
  }

  private List<DeviceLogin> logins() {
    if (credentials != null) {
      return CredentialFile.read(credentials);
    }
    try (var client = new RegistryClient(registry, token())) {
      client.createTenant(tenant);
      return client.registerDevices(tenant, "load-", devices);
    }
  }

  private String token() {
    try {
      return Files.readString(tokenFile).strip();
    } catch (IOException e) {
      throw new LoadException("cannot read the administrator's token in " + tokenFile, e);
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
