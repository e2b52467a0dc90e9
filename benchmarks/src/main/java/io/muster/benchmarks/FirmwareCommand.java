package io.muster.benchmarks;

import io.muster.benchmarks.firmware.FirmwareTrial;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures firmware-service: downloads, polling and rollouts. */
@Command(
    name = "firmware",
    description = {
      "Measures firmware-service: downloads beside nginx that serves the same file, and devices",
      "that poll beside a question that needs no database, and rollouts to all of them beside the",
      "same updates given one by one."
    },
    mixinStandardHelpOptions = true)
final class FirmwareCommand implements Callable<Integer> {
  @Mixin private StackOptions stackOptions;
  @Mixin private RoundOptions rounds;
  @Mixin private ReportOptions report;

  @Option(
      names = "--file",
      defaultValue = "64",
      description = "size of what is downloaded, in MiB (default ${DEFAULT-VALUE})")
  private int fileMebibytes;

  @Option(
      names = "--clients",
      split = ",",
      defaultValue = "1,50,500",
      description = "that download at once (default ${DEFAULT-VALUE})")
  private List<Integer> clients;

  @Option(
      names = "--devices",
      defaultValue = "10000",
      description = "that poll (default ${DEFAULT-VALUE})")
  private int devices;

  @Option(
      names = "--at-once",
      defaultValue = "64",
      description = "polls that wait for an answer at a time (default ${DEFAULT-VALUE})")
  private int atOnce;

  @Option(
      names = "--rollouts",
      defaultValue = "3",
      description = "to all devices, and as often one by one (default ${DEFAULT-VALUE})")
  private int rollouts;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var size =
        new FirmwareTrial.Size(
            fileMebibytes,
            clients,
            devices,
            atOnce,
            rollouts,
            rounds.rounds(),
            rounds.duration(),
            rounds.warmUp());
    var settings = stackOptions.settings(List.of());
    var at = Instant.now();
    try (var stack = new BenchmarkStack(settings);
        var _ = new CleanEnd(stack::close)) {
      report.tell("starting a stack in " + settings.home());
      stack.startFoundations();
      stack.startFirmware();
      var trial = new FirmwareTrial(stack, size, Bench.generator(), report::tell);
      report.show("firmware-service", at, conditions(), trial.measure(report::tell));
    }
    return 0;
  }

  private List<String> conditions() {
    return List.of(
        "downloads: a file of %d MiB, whole, again and again, by each client over one connection"
            .formatted(fileMebibytes),
        "nginx: sendfile, a process for each processor, the same file system",
        "polls: %,d devices in turn, each with its target token and nothing to install, over %d"
                .formatted(devices, atOnce)
            + " connections",
        "rollouts: %,d devices by a filter, no rate, no window; they poll in turn over %d connections as"
                .formatted(devices, atOnce)
            + " fast as they are answered, look at what they are given and report success (nothing"
            + " is downloaded here); one by one: a script that gives each of them the update over"
            + " REST, 8 at a time",
        "%d rounds of %d s of each contender, in turn"
            .formatted(rounds.rounds(), rounds.duration().toSeconds()),
        "memory is the highest PSS; firmware-service: JVM mode, with the memory that ./muster up"
            + " gives it");
  }
}
