package io.muster.benchmarks.firmware;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import io.muster.benchmarks.report.Comparison;
import io.muster.benchmarks.report.Report;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.Round;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.RowStore;
import io.muster.benchmarks.rounds.Tournament;
import io.muster.benchmarks.stack.BenchmarkStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/** The three measurements of firmware-service, one after the other on one stack. */
public final class FirmwareTrial {
  private static final String TENANT = "benchmark";
  private static final String DEVICE = "lamp-";
  private static final String POLLING = "devices polling";
  private static final String FLOOR = "liveness";
  private static final int AT_ONCE = 8;
  private static final long MEBIBYTE = 1L << 20;

  private final BenchmarkStack stack;
  private final Size size;
  private final ObservedProcess generator;
  private final Consumer<Round> progress;

  /**
   * How much is measured.
   *
   * @param fileMebibytes of what is downloaded
   * @param clients that download at once, each number in a tournament of its own
   * @param devices that poll
   * @param atOnce polls that wait for an answer at a time
   * @param rollouts to all of them, and as often one by one
   * @param rounds of each contender
   * @param duration of a round
   * @param warmUp of each, before the first
   */
  public record Size(
      int fileMebibytes,
      List<Integer> clients,
      int devices,
      int atOnce,
      int rollouts,
      int rounds,
      Duration duration,
      Duration warmUp) {
    /**
     * @throws IllegalArgumentException when there are more clients than devices: what a device may
     *     download at once is bounded
     */
    public Size {
      clients = List.copyOf(clients);
      if (Collections.max(clients) > devices) {
        throw new IllegalArgumentException("each client that downloads needs a device of its own");
      }
    }
  }

  /**
   * @param stack whose foundations have started
   * @param generator this process
   */
  public FirmwareTrial(
      BenchmarkStack stack, Size size, ObservedProcess generator, Consumer<Round> progress) {
    this.stack = stack;
    this.size = size;
    this.generator = generator;
    this.progress = progress;
  }

  /**
   * Measures all; the figures as Markdown.
   *
   * @param tell hears what comes next
   */
  public String measure(Consumer<String> tell) throws InterruptedException {
    try (var registry = stack.registry();
        var client = new FirmwareClient(stack.firmwareUrl(), TENANT, stack.personToken())) {
      registry.createTenant(TENANT);
      tell.accept("registering %,d devices".formatted(size.devices()));
      registry.registerDevices(TENANT, DEVICE, size.devices());
      var tokens = tokens(client);
      var served = Files.createDirectories(stack.folder("served"));
      var file = write(served.resolve("image.bin"));
      var downloading = Collections.max(size.clients());
      var distribution = client.release(file, "1");
      for (var n = 1; n <= downloading; n++) {
        client.assign(DEVICE + n, distribution);
      }
      var nginx = Nginx.start(stack, served);
      tell.accept("downloading");
      var downloads = downloads(downloadRequests(tokens.subList(0, downloading)), nginx);
      install(tokens.subList(0, downloading));
      tell.accept("polling");
      var polling = polling(tokens);
      return "## Downloads\n\n%s\n## Polling\n\n%s\n## Rollouts\n\n%s"
          .formatted(downloads, polling, rollouts(client, tokens, tell));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String downloads(List<byte[]> requests, Nginx nginx) throws InterruptedException {
    var text = new StringBuilder();
    for (var clients : size.clients()) {
      var service = "firmware-service, " + clients + " clients";
      var peer = "nginx, " + clients + " clients";
      var contenders =
          List.of(
              downloading(
                  service,
                  stack.firmwareUrl().getPort(),
                  clients,
                  requests,
                  List.of(stack.firmwareProcess(), stack.databaseProcess(), generator)),
              downloading(
                  peer,
                  nginx.port(),
                  clients,
                  List.of(PlainConnection.get("/image.bin", null)),
                  List.of(nginx.observed(), generator)));
      text.append(measured("MiB", contenders, new Comparison(service, peer))).append('\n');
    }
    return text.toString();
  }

  /** What each of the first devices asks for. */
  private List<byte[]> downloadRequests(List<String> tokens)
      throws InterruptedException, IOException {
    var requests = new ArrayList<byte[]>();
    for (var i = 0; i < tokens.size(); i++) {
      var token = tokens.get(i);
      var path = downloadPath(DEVICE + (i + 1), token);
      requests.add(PlainConnection.get(path, "TargetToken " + token));
    }
    return requests;
  }

  /** They end their updates, which would be taken for the ones that a rollout gives. */
  private void install(List<String> tokens) throws IOException {
    try (var connection = new PlainConnection(stack.firmwareUrl().getPort())) {
      for (var i = 0; i < tokens.size(); i++) {
        if (!new PollingDevice(TENANT, DEVICE + (i + 1), tokens.get(i)).poll(connection)) {
          throw new RoundFailedException("the update that was downloaded is gone");
        }
      }
    }
  }

  private Contender downloading(
      String name, int port, int clients, List<byte[]> requests, List<ObservedProcess> processes) {
    return new AskingClients(
        name, port, clients, inTurn(requests), bytes -> bytes / MEBIBYTE, () -> processes);
  }

  private static LongFunction<byte[]> inTurn(List<byte[]> requests) {
    return n -> requests.get((int) (n % requests.size()));
  }

  private String polling(List<String> tokens) throws InterruptedException {
    var polls = new ArrayList<byte[]>();
    for (var i = 0; i < tokens.size(); i++) {
      polls.add(
          PlainConnection.get(
              "/%s/controller/v1/%s%d".formatted(TENANT, DEVICE, i + 1),
              "TargetToken " + tokens.get(i)));
    }
    var processes = List.of(stack.firmwareProcess(), stack.databaseProcess(), generator);
    var port = stack.firmwareUrl().getPort();
    var floor = PlainConnection.get("/q/health/live", null);
    var contenders =
        List.<Contender>of(
            new AskingClients(POLLING, port, size.atOnce(), inTurn(polls), _ -> 1, () -> processes),
            new AskingClients(FLOOR, port, size.atOnce(), _ -> floor, _ -> 1, () -> processes));
    return measured("answers", contenders, new Comparison(POLLING, FLOOR));
  }

  private String rollouts(FirmwareClient client, List<String> tokens, Consumer<String> tell)
      throws InterruptedException, IOException {
    var devices =
        IntStream.rangeClosed(1, tokens.size())
            .mapToObj(n -> new PollingDevice(TENANT, DEVICE + n, tokens.get(n - 1)))
            .toList();
    var fleet = new UpdatingFleet(stack.firmwareUrl().getPort(), devices, size.atOnce());
    var processes = List.of(stack.firmwareProcess(), stack.databaseProcess(), generator);
    var small = Files.writeString(stack.folder("served").resolve("small.bin"), "small");
    return new RolloutTrial(client, fleet, small, processes).measure(size.rollouts(), tell);
  }

  private String measured(String unit, List<? extends Contender> contenders, Comparison headline)
      throws InterruptedException {
    var tournament = new Tournament(NO_ROWS, ProcFiles.ofThisMachine(), progress);
    tournament.warmUp(contenders, size.warmUp());
    var rounds = tournament.run(contenders, size.rounds(), size.duration());
    return new Report(unit, List.of(headline), rounds).markdown();
  }

  /** As a device finds it. */
  private String downloadPath(String device, String token)
      throws InterruptedException, IOException {
    try (var api = new DeviceApi(stack.firmwareUrl(), TENANT, device, token)) {
      return URI.create(api.download()).getRawPath();
    }
  }

  private List<String> tokens(FirmwareClient client) throws InterruptedException {
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      var pending =
          IntStream.rangeClosed(1, size.devices())
              .mapToObj(n -> threads.submit(() -> client.targetToken(DEVICE + n)))
              .toList();
      var tokens = new ArrayList<String>();
      for (var token : pending) {
        tokens.add(token.get());
      }
      return tokens;
    } catch (ExecutionException e) {
      throw new RoundFailedException(e.getCause().getMessage(), e);
    }
  }

  private Path write(Path file) throws IOException {
    var random = new Random(1);
    var block = new byte[(int) MEBIBYTE];
    try (var out = Files.newOutputStream(file)) {
      for (var i = 0; i < size.fileMebibytes(); i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    return file;
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
