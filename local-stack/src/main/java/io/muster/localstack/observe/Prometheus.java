package io.muster.localstack.observe;

import io.muster.localstack.UserMistake;
import io.muster.localstack.files.PrivateFiles;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.StopSignal;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Prometheus beside a local stack: reads the metrics of every process, with the labels that they
 * have on a cluster, and follows the chart's alerts.
 *
 * @param program of the machine's own package
 * @param folder for its configuration and its data
 * @param port on the loopback address
 */
public record Prometheus(Path program, Path folder, int port) {

  /**
   * A process whose metrics are read.
   *
   * @param component as the chart calls it: {@code ingest}, {@code broker}
   * @param instance its name, as {@code ingest-2}
   * @param port of its {@code /q/metrics} on the loopback address
   */
  public record Source(String component, String instance, int port) {}

  /**
   * The one that is installed.
   *
   * @param path folders of programs, as in {@code PATH}
   * @throws UserMistake when there is none; with what to do
   */
  public static Prometheus installed(String path, Path folder, int port) {
    for (var place : path.split(File.pathSeparator)) {
      var program = Path.of(place).resolve("prometheus");
      if (Files.isExecutable(program)) {
        return new Prometheus(program, folder, port);
      }
    }
    throw new UserMistake(
        "--observe needs the program prometheus, which is not installed. Debian and Ubuntu have it"
            + " in the package prometheus (apt-get install prometheus).");
  }

  /**
   * Writes its configuration and says how it is started.
   *
   * @param rules files with rules; those that are not there are left out
   */
  public Launch launch(List<Source> sources, List<Path> rules, Path log) {
    try {
      PrivateFiles.closedFolder(folder);
      var there = rules.stream().filter(Files::isRegularFile).toList();
      Files.writeString(configuration(), text(sources, there));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + configuration(), e);
    }
    return new Launch(
        "prometheus",
        List.of(
            program.toString(),
            "--config.file=" + configuration(),
            "--storage.tsdb.path=" + folder.resolve("data"),
            "--storage.tsdb.retention.time=7d",
            "--web.listen-address=127.0.0.1:" + port,
            "--enable-feature=exemplar-storage",
            "--log.level=warn"),
        Map.of(),
        log,
        StopSignal.TERM);
  }

  /** Where people look. */
  public String address() {
    return "http://127.0.0.1:" + port;
  }

  private Path configuration() {
    return folder.resolve("prometheus.yml");
  }

  static String text(List<Source> sources, List<Path> rules) {
    var text = new StringBuilder("global:\n  scrape_interval: 5s\n  evaluation_interval: 15s\n");
    if (!rules.isEmpty()) {
      text.append("rule_files:\n");
      rules.forEach(file -> text.append("  - '%s'\n".formatted(quoted(file))));
    }
    text.append("scrape_configs:\n  - job_name: muster\n    metrics_path: /q/metrics\n");
    text.append("    static_configs:\n");
    sources.forEach(source -> text.append(target(source)));
    return text.toString();
  }

  /** In YAML's single quotes. */
  private static String quoted(Path file) {
    return file.toString().replace("'", "''");
  }

  private static String target(Source source) {
    return """
          - targets: ['127.0.0.1:%d']
            labels: {namespace: local, release: muster, component: %s, pod: %s}
    """
        .formatted(source.port(), source.component(), source.instance());
  }
}
