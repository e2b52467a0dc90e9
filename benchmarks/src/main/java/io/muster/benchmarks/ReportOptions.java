package io.muster.benchmarks;

import io.muster.benchmarks.accounting.Machine;
import io.muster.benchmarks.report.Heading;
import io.muster.benchmarks.rounds.Round;
import io.muster.localstack.Checkout;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the report goes, and what is said until then. */
final class ReportOptions {
  private static final DateTimeFormatter FILE_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmm").withZone(ZoneOffset.UTC);

  @Option(names = "--write", description = "also write the report to benchmarks/results")
  private boolean write;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Prints the report, and writes it when asked to. */
  void show(String title, Instant at, List<String> conditions, String figures) throws IOException {
    var checkout = Checkout.find().root();
    var heading = new Heading(title, at, SourceCommit.of(checkout), Machine.current(), conditions);
    var text = heading.markdown() + figures;
    tell("");
    tell(text);
    if (write) {
      var folder = Files.createDirectories(checkout.resolve("benchmarks/results"));
      var file = folder.resolve(command.name() + "-" + FILE_TIME.format(at) + ".md");
      Files.writeString(file, text);
      tell("written to " + checkout.relativize(file));
    }
  }

  /** One round is over. */
  void tell(Round round) {
    tell(
        "%-40s %,10.0f a second, %,d in all; others took %.0f %% of the machine"
            .formatted(
                round.contender(),
                round.stored().perSecond(),
                round.stored().rows(),
                100 * round.bill().disturbance()));
  }

  void tell(String line) {
    out().println(line);
    out().flush();
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }
}
