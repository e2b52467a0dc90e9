package io.muster.localstack.replay;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.localstack.Durations;
import io.muster.localstack.Surroundings;
import io.muster.localstack.UserMistake;
import io.muster.localstack.device.AtLeastOnceSender;
import io.muster.localstack.device.EndpointOptions;
import io.muster.localstack.device.SendingLimits;
import io.muster.localstack.process.OnSignal;
import io.muster.localstack.terminal.ProgressBar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./muster replay}. */
@Command(
    name = "replay",
    header = "Makes a CSV file a device's history.",
    description =
        "Sends each row over MQTT as a reading with its own time. Numbers, true and false keep"
            + " their type, an empty cell is left out. What is not acknowledged is sent again,"
            + " also over a lost connection; sending the same file again stores nothing twice.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every reading was acknowledged",
      "1:some were not, also because of Ctrl-C; the last line says how many"
    })
public final class ReplayCommand implements Callable<Integer> {
  private static final long ENDED_WITHIN_SECONDS = 5;

  private final Supplier<Surroundings> surroundings;

  @Parameters(paramLabel = "FILE.csv", description = "UTF-8, the first row names the columns.")
  private Path file;

  @Option(
      names = "--time",
      paramLabel = "COLUMN",
      defaultValue = "time",
      description = {
        "Which column holds the time (default: ${DEFAULT-VALUE}):",
        "ISO-8601 (UTC unless it says otherwise) or epoch milliseconds or seconds."
      })
  private String timeColumn;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      required = true,
      description = "Whose history it becomes; made unless it exists.")
  private String device;

  @Option(
      names = "--speed",
      paramLabel = "N|max",
      defaultValue = "max",
      description = "How many times faster than it happened (default: ${DEFAULT-VALUE}).")
  private String speed;

  @Option(
      names = "--window",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "How many readings may await their acknowledgement (default: ${DEFAULT-VALUE}).")
  private int window;

  @Option(
      names = "--patience",
      paramLabel = "TIME",
      defaultValue = "3m",
      description =
          "Give up when nothing was acknowledged for so long (default: ${DEFAULT-VALUE}).")
  private String patience;

  @Mixin private EndpointOptions endpoint = new EndpointOptions();

  /**
   * @param surroundings what it works in
   */
  public ReplayCommand(Supplier<Surroundings> surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    var whose = new DeviceAddress(endpoint.tenant(), new DeviceId(device));
    var pace = Speed.parse(speed);
    var limits = SendingLimits.of(checkedWindow(), Durations.parse("--patience", patience));
    var total = count(); // checks the whole file before the first reading leaves
    var around = surroundings.get();
    var secrets = endpoint.secrets(around);
    secrets.ensure(whose);
    around
        .terminal()
        .line(
            "Replaying %,d readings of %s as %s at %s"
                .formatted(total, file.getFileName(), whose, endpoint.address(around)));
    var bar = new ProgressBar(around.terminal(), around.clock(), total);
    var progress = new ReplayProgress(around.terminal(), bar);
    try (var readings = CsvReadings.open(file, timeColumn)) {
      var source = new CsvSource(readings, pace, around.clock().instant());
      var sender = endpoint.endpoint(around, secrets).sender(whose, source, limits, progress);
      send(sender, () -> report(around, progress, bar, total));
    }
    return report(around, progress, bar, total);
  }

  /** Until all is answered; at Ctrl-C until the connection is ended, with the same last line. */
  private static void send(AtLeastOnceSender sender, IntSupplier report) {
    var ended = new CountDownLatch(1);
    var signal =
        OnSignal.end(
            () -> {
              sender.stop();
              await(ended);
              return report.getAsInt();
            });
    try {
      sender.run();
    } finally {
      ended.countDown();
      signal.close();
    }
  }

  private static void await(CountDownLatch ended) {
    try {
      ended.await(ENDED_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int report(Surroundings around, ReplayProgress progress, ProgressBar bar, long total) {
    var done = progress.acknowledgedCount();
    progress
        .refusals()
        .forEach(
            (reason, count) -> around.terminal().line("%,d refused: %s".formatted(count, reason)));
    around
        .terminal()
        .line(
            String.format(
                Locale.ROOT,
                "%,d of %,d readings acknowledged, %,.0f/s%s",
                done,
                total,
                bar.rate(done),
                done == total ? "." : "; %,d were not.".formatted(total - done)));
    return done == total ? 0 : 1;
  }

  private long count() throws IOException {
    try (var readings = CsvReadings.open(file, timeColumn)) {
      var count = 0L;
      while (readings.hasNext()) {
        readings.next();
        count++;
      }
      return count;
    }
  }

  private int checkedWindow() {
    if (window < 1 || window > 65_535) {
      throw new UserMistake("--window is a number from 1 to 65535.");
    }
    return window;
  }
}
