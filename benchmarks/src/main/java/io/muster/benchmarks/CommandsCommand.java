package io.muster.benchmarks;

import io.muster.benchmarks.commands.CommandTrial;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures command-service. */
@Command(
    name = "command",
    description = {
      "Measures the round trip of commands with a response, beside a request and response through",
      "the same endpoint and broker alone, and a job to many connected devices."
    },
    mixinStandardHelpOptions = true)
final class CommandsCommand extends StackCommand {
  /** All that may be under way in a round's last seconds: none is to be answered at once. */
  private static final int WAITING_REQUESTS = 50_000;

  @Mixin private RoundOptions rounds;

  /** A JVM compiles little of what it does only a hundred times a second. */
  private static final Duration WARM_UP = Duration.ofSeconds(60);

  @Option(
      names = "--rates",
      split = ",",
      defaultValue = "100,1000",
      description = "commands a second, each by itself (default ${DEFAULT-VALUE})")
  private List<Integer> rates;

  @Option(
      names = "--answering",
      defaultValue = "200",
      description = "devices that those commands are for (default ${DEFAULT-VALUE})")
  private int answering;

  @Option(
      names = "--job-devices",
      defaultValue = "10000",
      description = "connected devices that a job is for (default ${DEFAULT-VALUE})")
  private int jobDevices;

  @Option(
      names = "--jobs",
      defaultValue = "3",
      description = "to all of them, one after the other (default ${DEFAULT-VALUE})")
  private int jobs;

  @Override
  String title() {
    return "Commands to devices, and a job to many";
  }

  @Override
  List<String> conditions() {
    return List.of(
        "%s commands a second over %,d devices, each over a connection of its own, MQTT 5, QoS 1 both"
                .formatted(
                    rates.stream().map("%,d"::formatted).collect(Collectors.joining(" and ")),
                    answering)
            + " ways; a device answers at once",
        "command-service: a POST with Prefer: wait, until the answer of the device is in the answer"
            + " of the service; latency counts from when the request was due; before its round one"
            + " command goes to a device and back, so that it has read what was said meanwhile",
        "request and response alone: a client of the broker publishes to the same devices and hears"
            + " their responses, through the same endpoint and broker; command-service stands still"
            + " (SIGSTOP) meanwhile",
        "what is asked faster than it is answered waits: a request for at most a minute, after"
            + " which it is looked at every 10 s; what is answered a second counts until the last"
            + " answer",
        "before them each is asked for %d s, in the first half at a rate that climbs to the whole"
                .formatted(rounds.warmUp(WARM_UP).toSeconds())
            + " (of command-service to 200 a second at most)",
        rounds.rounds() + " rounds of " + rounds.duration().toSeconds() + " s of each, in turn",
        "the job: %,d connected devices by a filter, no rate, no window; until the last answer left"
                .formatted(jobDevices)
            + " its device, and until the service counts all as succeeded",
        "command-service: JVM mode, with the memory that ./muster up gives it;"
            + " muster.command.following.waiting-requests=%d, since one that waits no more would be"
                .formatted(WAITING_REQUESTS)
            + " answered at once (default 1000)");
  }

  @Override
  String measure(BenchmarkStack stack) throws InterruptedException {
    stack.startCommand(WAITING_REQUESTS);
    var devices = jobs > 0 ? Math.max(answering, jobDevices) : answering;
    tell("registering %,d devices".formatted(devices));
    var logins = Bench.registered(stack, devices);
    var trial = new CommandTrial(stack, logins, Bench.generator(), report()::tell);
    return trial.measure(
        new CommandTrial.Size(
            rates, answering, jobs, rounds.rounds(), rounds.duration(), rounds.warmUp(WARM_UP)),
        this::tell);
  }
}
