package io.muster.localstack.simulate;

import io.muster.localstack.Durations;
import io.muster.localstack.Surroundings;
import io.muster.localstack.UserMistake;
import io.muster.localstack.device.CommandConduct;
import io.muster.localstack.device.DeviceSecrets;
import io.muster.localstack.device.EndpointOptions;
import io.muster.localstack.process.OnSignal;
import io.muster.localstack.terminal.ProgressBar;
import io.muster.localstack.terminal.Terminal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./muster simulate}. */
@Command(
    name = "simulate",
    header = "Lets simulated devices live.",
    description =
        "Registers simulated devices (sim-00001 and so on) and lets them live: temperature over"
            + " the day, humidity, battery; MQTT 5 at QoS 1. They take commands and answer them."
            + " Until Ctrl-C, or for a time. A second run uses the same devices.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all went on until the end or Ctrl-C",
      "1:a device could not go on; the reason is printed"
    })
public final class SimulateCommand implements Callable<Integer> {
  private static final int MOST_DEVICES = 19_000; // sockets that one process may usually open
  private static final Duration ENDLESS = Duration.ofDays(3650);
  private static final long SHOW_EVERY_MILLIS = 1_000;
  private static final int LINE_EVERY = 10;
  private static final double DROPPED_A_SECOND = 1.0 / 60;
  private static final String DEAF = "none";

  private final Supplier<Surroundings> surroundings;

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int devices;

  @Option(
      names = "--rate",
      paramLabel = "N/TIME",
      defaultValue = "1/s",
      description = "How often each sends: 1/s, 10/m, 1/30s (default: ${DEFAULT-VALUE}).")
  private String rate;

  @Option(
      names = "--bad-payloads",
      paramLabel = "SHARE",
      defaultValue = "0",
      description = "How many payloads are broken, such as 1%%; they end in the dead letters.")
  private String badPayloads;

  @Option(
      names = "--reconnects",
      description = "Each device drops its connection about once a minute.")
  private boolean reconnects;

  @Option(
      names = "--commands",
      paramLabel = "CONDUCT",
      defaultValue = "answer",
      description =
          "What each does about commands: answer, refuse, fail, silent (says nothing), slow (says"
              + " that it is at work, and later that it is done), twice (answers two times), or"
              + " none, then it does not listen (default: ${DEFAULT-VALUE}). A command with a"
              + " payload such as {\"simulate\":\"refuse\"} has its own way.")
  private String commands;

  @Option(
      names = "--slow-for",
      paramLabel = "TIME",
      defaultValue = "3s",
      description = "How long a slow one works on a command (default: ${DEFAULT-VALUE}).")
  private String slowFor;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "Such as 30s or 5m (default: until Ctrl-C).")
  private String duration;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  /**
   * @param surroundings what it works in
   */
  public SimulateCommand(Supplier<Surroundings> surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    var settings = settings();
    var around = surroundings.get();
    var terminal = around.terminal();
    var address = endpoint.address(around);
    var fleet = new Fleet(settings, endpoint.tenant(), around.clock());
    var secrets = endpoint.secrets(around);
    register(fleet, secrets, terminal);
    terminal.line(
        "%,d devices of tenant %s at %s, %s each. Ctrl-C ends."
            .formatted(devices, endpoint.tenant(), address, rate));
    var signal = OnSignal.end(() -> endInOrder(fleet, terminal));
    try {
      var end = fleet.start(endpoint.endpoint(around, secrets));
      live(fleet, settings, end, around);
      fleet.finish();
    } finally {
      signal.close();
    }
    return endInOrder(fleet, terminal);
  }

  private FleetSettings settings() {
    if (devices < 1 || devices > MOST_DEVICES) {
      throw new UserMistake("--devices is a number from 1 to %,d.".formatted(MOST_DEVICES));
    }
    var lifetime = duration == null ? ENDLESS : Durations.parse("--duration", duration);
    return new FleetSettings(
        devices,
        MessageRate.parse(rate),
        Share.parse("--bad-payloads", badPayloads),
        reconnects,
        conduct(),
        Durations.parse("--slow-for", slowFor),
        lifetime);
  }

  private Optional<CommandConduct> conduct() {
    if (commands.equals(DEAF)) {
      return Optional.empty();
    }
    var conduct = CommandConduct.of(commands);
    if (conduct.isEmpty()) {
      throw new UserMistake(
          "--commands is one of %s, none; not “%s”.".formatted(CommandConduct.labels(), commands));
    }
    return conduct;
  }

  private void register(Fleet fleet, DeviceSecrets secrets, Terminal terminal) {
    var done = new AtomicInteger();
    var bar = new ProgressBar(terminal, Clock.systemUTC(), devices);
    var drawing =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (pause(100)) {
                    bar.show(done.get(), "devices registered");
                  }
                });
    try {
      fleet.register(secrets, done);
    } finally {
      drawing.interrupt();
    }
  }

  private static void live(Fleet fleet, FleetSettings settings, Instant end, Surroundings around) {
    var random = new Random();
    var before = 0L;
    for (var second = 1; around.clock().instant().isBefore(end); second++) {
      pause(SHOW_EVERY_MILLIS);
      if (fleet.failure().isPresent()) {
        throw fleet.failure().get();
      }
      var now = fleet.counters().acknowledged();
      show(fleet, around.terminal(), now - before, second);
      before = now;
      if (settings.reconnects()) {
        fleet.dropSome(random, DROPPED_A_SECOND);
      }
    }
  }

  private static void show(Fleet fleet, Terminal terminal, long perSecond, int second) {
    var counters = fleet.counters();
    var connected = counters.connected();
    var line =
        "%,7d connected  %,8d/s acknowledged  %,11d in all  %,6d refused"
            .formatted(connected, perSecond, counters.acknowledged(), counters.refused());
    var trouble = counters.lastTrouble();
    var whole = connected == 0 && !trouble.isEmpty() ? line + "  (" + trouble + ")" : line;
    if (terminal.interactive()) {
      terminal.draw(whole);
    } else if (second % LINE_EVERY == 0) {
      terminal.line(whole);
    }
  }

  /** Also at Ctrl-C, which is how this command is meant to end. */
  private static int endInOrder(Fleet fleet, Terminal terminal) {
    fleet.stop();
    summary(fleet, terminal);
    return fleet.failure().isPresent() ? 1 : 0;
  }

  private static void summary(Fleet fleet, Terminal terminal) {
    var counters = fleet.counters();
    terminal.line(
        "%,d readings acknowledged, %,d refused, %,d connections ended early."
            .formatted(counters.acknowledged(), counters.refused(), counters.disconnections()));
    if (!fleet.commands().isQuiet()) {
      terminal.line(fleet.commands().toString());
    }
  }

  private static boolean pause(long millis) {
    try {
      return !new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }
}
