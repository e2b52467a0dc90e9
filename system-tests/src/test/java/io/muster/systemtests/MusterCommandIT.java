package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.process.BrokerProcess;
import io.muster.localstack.tls.LocalAuthority;
import io.muster.systemtests.stack.FreePorts;
import io.muster.systemtests.stack.MusterCommand;
import io.muster.systemtests.stack.MusterCommand.Result;
import io.muster.systemtests.stack.StackProcesses;
import io.muster.systemtests.stack.StackProcesses.Status;
import io.muster.systemtests.stack.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./muster}, the script and what it runs, as a user types it; with a stack of its own. */
class MusterCommandIT {
  private static final Duration START = Duration.ofMinutes(4);
  private static final Duration COMMAND = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofMinutes(3);
  private static final int NOTHING_RUNS = 3;
  private static final int DEVICES = 3;
  private static final Pattern SUMMARY =
      Pattern.compile("([\\d,]+) readings acknowledged, ([\\d,]+) refused, ([\\d,]+) connections");

  @TempDir Path folder;
  private MusterCommand muster;
  private StackProcesses processes;

  @BeforeEach
  void hasAFolderAndPortsOfItsOwn() {
    muster =
        new MusterCommand(MusterCommand.findRoot(), folder.resolve("a home"), FreePorts.offset());
    processes = new StackProcesses(muster);
  }

  @AfterEach
  void leavesNothingRunning() {
    if (Files.exists(muster.home().resolve("run"))) {
      muster.run(STOP, "down");
    }
  }

  @Test
  void runsAStackFromUpToReset() throws Exception {
    isUpAndSaysWhereEverythingIs();
    aSecondUpSaysThatOneRuns();
    statusTellsOfEachProcess();
    logsShowsTheEndOfEachLog();
    simulatedDevicesLive();
    aKilledChildIsReportedAndStartedAgain();
    nothingIsDeletedWhileItRuns();
    isDownAndKeepsItsData();
    isResetAndKeepsNothing();
  }

  private void isUpAndSaysWhereEverythingIs() throws IOException {
    var up = muster.runScript(START, "up", "--detach");
    assertEquals(0, up.exitCode(), up.output());
    var token = muster.home().resolve("admin.token");
    for (var said :
        List.of(
            "Muster is up.",
            "mqtt://localhost:" + port(1883),
            "http://127.0.0.1:" + port(8082),
            token.toString())) {
      assertTrue(up.output().contains(said), said + " is not in: " + up.output());
    }
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(token)));
  }

  private void aSecondUpSaysThatOneRuns() {
    var supervisor = processes.of("supervisor").pid();
    for (var arguments : List.of(new String[] {"up"}, new String[] {"up", "--detach"})) {
      var again = muster.runScript(COMMAND, arguments);
      assertEquals(1, again.exitCode(), again.output());
      assertTrue(
          again.output().contains("already running here (process " + supervisor + ")"),
          again.output());
      assertFalse(again.output().contains("could not be started"), again.output());
      assertNoStackTrace(again);
    }
    assertEquals(supervisor, processes.of("supervisor").pid());
    // What the second was told is not in the log of the first.
    var log = muster.runScript(COMMAND, "logs", "supervisor");
    assertFalse(log.output().contains("already running"), log.output());
  }

  private void statusTellsOfEachProcess() {
    awaitAllReady();
    var result = muster.runScript(COMMAND, "status", "--json");
    assertEquals(0, result.exitCode(), result.output());
    var status = byName(StackProcesses.printed(result.output()));
    assertEquals(
        Set.of("postgres", "broker", "registry", "ingest", "command", "firmware", "supervisor"),
        status.keySet());
    for (var line : status.values()) {
      assertEquals("ready", line.state(), line.toString());
      assertTrue(ProcessHandle.of(line.pid()).isPresent(), line.toString());
    }
    assertEquals("http://127.0.0.1:" + port(8081), status.get("registry").address());
    assertEquals("http://127.0.0.1:" + port(8082), status.get("ingest").address());
    assertEquals("http://127.0.0.1:" + port(8083), status.get("command").address());
    assertEquals("mqtt://127.0.0.1:" + port(1884), status.get("broker").address());
    assertEquals("127.0.0.1:" + port(5433), status.get("postgres").address());
    var forPeople = muster.runScript(COMMAND, "status").output();
    assertTrue(forPeople.contains(Long.toString(status.get("ingest").pid())), forPeople);
  }

  private void logsShowsTheEndOfEachLog() {
    var ingest = muster.runScript(COMMAND, "logs", "ingest", "--lines", "5");
    assertEquals(0, ingest.exitCode(), ingest.output());
    assertEquals(5, ingest.output().lines().count(), ingest.output());
    var all = muster.runScript(COMMAND, "logs").output();
    for (var process : byName(processes.status()).keySet()) {
      assertTrue(
          all.lines().anyMatch(line -> line.startsWith(process) && line.contains(" | ")),
          "nothing of " + process);
    }
    var unknown = muster.runScript(COMMAND, "logs", "nosuch");
    assertMistake(unknown, "There is no log of “nosuch”");
  }

  private void simulatedDevicesLive() {
    var arguments =
        "simulate --devices %d --rate 8/s --duration 3s --bad-payloads 20%%".formatted(DEVICES);
    var simulated = muster.runScript(COMMAND, arguments.split(" "));
    assertEquals(0, simulated.exitCode(), simulated.output());
    var summary = SUMMARY.matcher(simulated.output());
    assertTrue(summary.find(), simulated.output());
    var store = new Store(muster.home(), port(5433));
    var readings = sum(store::readings);
    var letters = sum(device -> (long) store.deadLetters(device).size());
    assertEquals(readings, number(summary.group(1)), simulated.output());
    assertEquals(letters, number(summary.group(2)), simulated.output());
    assertEquals(0, number(summary.group(3)), simulated.output());
    // 3 devices, 8 a second, 3 seconds; a fifth of them broken, by chance.
    assertTrue(readings + letters >= 60 && readings + letters <= 78, simulated.output());
    assertTrue(letters >= 2 && letters <= 35, simulated.output());
  }

  private static long sum(Function<DeviceAddress, Long> count) {
    return IntStream.rangeClosed(1, DEVICES)
        .mapToObj(n -> DeviceAddress.of("demo", "sim-%05d".formatted(n)))
        .mapToLong(count::apply)
        .sum();
  }

  private static long number(String printed) {
    return Long.parseLong(printed.replace(",", ""));
  }

  private void aKilledChildIsReportedAndStartedAgain() {
    var killed = processes.kill("broker");
    processes.awaitRestart("broker", killed);
    var logs = muster.runScript(COMMAND, "logs", "supervisor", "--lines", "500");
    var told = logs.output().lines().toList();
    var since =
        told.stream().dropWhile(it -> !it.contains("broker ended unasked (exit code 137")).toList();
    assertFalse(since.isEmpty(), "not reported: " + told);
    assertTrue(since.getFirst().contains("starting it again in"), since.getFirst());
    assertTrue(since.stream().anyMatch(line -> line.contains("    | ")), "no log: " + told);
    var log = muster.home().resolve("logs").resolve("supervisor.log");
    await().atMost(START).until(() -> Files.readString(log).contains("ready again"));
    // The others were left alone, and are ready again with it.
    awaitAllReady();
    assertEquals(0, muster.runScript(COMMAND, "status").exitCode());
  }

  /** As it is written down, without a command for each look. */
  private void awaitAllReady() {
    await()
        .atMost(START)
        .until(() -> processes.status().stream().allMatch(it -> it.state().equals("ready")));
  }

  private void nothingIsDeletedWhileItRuns() {
    assertMistake(muster.runScript(COMMAND, "reset", "--yes"), "First ./muster down");
    assertTrue(Files.exists(muster.home().resolve("admin.token")));
  }

  private void isDownAndKeepsItsData() {
    var running = byName(processes.status());
    var down = muster.runScript(STOP, "down");
    assertEquals(0, down.exitCode(), down.output());
    assertTrue(down.output().contains("Stopped."), down.output());
    running.values().forEach(line -> await().atMost(STOP).until(() -> hasEnded(line.pid())));
    assertPortsAreFree();
    var status = muster.runScript(COMMAND, "status", "--json");
    assertEquals(NOTHING_RUNS, status.exitCode(), status.output());
    assertEquals("[]", status.output().strip());
    var again = muster.runScript(COMMAND, "down");
    assertEquals(0, again.exitCode());
    assertTrue(again.output().contains("Nothing is running."), again.output());
    assertTrue(Files.exists(muster.home().resolve("postgres").resolve("PG_VERSION")));
  }

  private void isResetAndKeepsNothing() {
    assertMistake(muster.runScript(COMMAND, "reset"), "say --yes");
    assertTrue(Files.exists(muster.home().resolve("postgres")));
    var reset = muster.runScript(COMMAND, "reset", "--yes");
    assertEquals(0, reset.exitCode(), reset.output());
    for (var data : List.of("postgres", "broker", "secrets", "tls", "logs", "admin.token")) {
      assertFalse(Files.exists(muster.home().resolve(data)), data + " is still there");
    }
    assertMistake(muster.runScript(COMMAND, "logs"), "There are no logs yet");
  }

  /** In the foreground, at a database and a broker of others, until Ctrl-C. */
  @Test
  @Tag("full")
  void usesADatabaseAndABrokerThatAreThereAndEndsWithCtrlC() throws Exception {
    var issuer = "http://127.0.0.1:" + port(8086) + "/services";
    try (var postgres = LocalPostgres.start(folder.resolve("their database"), port(5434));
        var broker = BrokerProcess.start(folder.resolve("their broker"), port(1885), issuer)) {
      var superuser = postgres.superuser();
      var authority = speaksTls(postgres, folder.resolve("their database"));
      var output = folder.resolve("up.out");
      var up =
          muster.startScript(
              output,
              "up",
              "--database-url",
              "postgresql://%s:%s@127.0.0.1:%d/postgres?sslmode=verify-full&sslrootcert=%s"
                  .formatted(
                      superuser.user(),
                      superuser.password(),
                      postgres.port(),
                      authority.toString().replace(" ", "%20")),
              "--broker-url",
              broker.url());
      awaitUp(up, output);
      assertEquals(
          Set.of("registry", "ingest", "command", "firmware", "supervisor"),
          byName(processes.status()).keySet());
      assertEquals(Set.of(true), encryption(postgres));
      simulates();
      var store = new Store(muster.home(), postgres.port());
      assertTrue(store.readings(DeviceAddress.of("demo", "sim-00001")) > 0);
      await().atMost(COMMAND).until(() -> hasAccepted(broker, "service:ingest:"));
      interrupt(up);
      assertTrue(up.waitFor(STOP.toSeconds(), TimeUnit.SECONDS), Files.readString(output));
      assertEquals(0, up.exitValue(), Files.readString(output));
      assertTrue(Files.readString(output).contains("Stopped. Data is kept in"));
      assertPortsAreFree();
      assertEquals(NOTHING_RUNS, muster.runScript(COMMAND, "status").exitCode());
      // They are others', and go on.
      assertFalse(hasEnded(postgres.pid()));
      assertFalse(hasEnded(broker.pid()));
      assertTrue(store.readings(DeviceAddress.of("demo", "sim-00001")) > 0);
    }
  }

  /** The certificate of who signed the server's. */
  private static Path speaksTls(LocalPostgres postgres, Path home) throws IOException {
    var authority = new LocalAuthority(home.resolve("tls"));
    authority.prepare(Clock.systemUTC());
    Files.writeString(
        home.resolve("data").resolve("postgresql.conf"),
        "ssl = on\nssl_cert_file = '%s'\nssl_key_file = '%s'\n"
            .formatted(authority.serverCertificate(), authority.serverKey()),
        StandardOpenOption.APPEND);
    postgres.restart();
    return authority.authorityCertificate();
  }

  /** Whether the connections of the services are encrypted. */
  private static Set<Boolean> encryption(LocalPostgres postgres) throws SQLException {
    var encrypted = new HashSet<Boolean>();
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                    + " WHERE usename LIKE 'muster%'")) {
      while (rows.next()) {
        encrypted.add(rows.getBoolean(1));
      }
    }
    return encrypted;
  }

  private void simulates() {
    var simulated =
        muster.runScript(
            COMMAND, "simulate", "--devices", "1", "--rate", "5/s", "--duration", "2s");
    assertEquals(0, simulated.exitCode(), simulated.output());
  }

  private static boolean hasAccepted(BrokerProcess broker, String clients) {
    return broker.logTail(200).stream().anyMatch(line -> line.contains("accepted " + clients));
  }

  @Test
  void saysAMistakeInOneLine() throws Exception {
    assertMistake(muster.runScript(COMMAND, "up", "--replicas", "ingest=0"), "--replicas takes");
    assertMistake(muster.runScript(COMMAND, "up", "--replicas", "nosuch=2"), "“nosuch”");
    assertMistake(
        muster.runScript(COMMAND, "up", "--database-url", "mysql://x"),
        "A database URL looks like");
    assertMistake(
        muster.runScript(COMMAND, "up", "--broker-url", "localhost"), "A broker URL looks like");
    assertMistake(muster.runScript(COMMAND, "simulate", "--devices", "0"), "--devices is a number");
    assertMistake(muster.runScript(COMMAND, "simulate", "--devices", "1"), "./muster up --detach");
    assertMistake(
        muster.runScript(COMMAND, "replay", "missing.csv", "--time", "t", "--device", "d"),
        "missing.csv");
    assertMistake(
        new MusterCommand(muster.root(), muster.home(), 70_000).runScript(COMMAND, "status"),
        "MUSTER_PORT_OFFSET is a number from 0 to");
    assertUsage(muster.runScript(COMMAND, "frobnicate"), "frobnicate");
    assertUsage(muster.runScript(COMMAND, "simulate", "--devices", "many"), "many");
    assertFalse(Files.exists(muster.home().resolve("run").resolve("supervisor.json")));
  }

  @Test
  void saysWhosePortIsTakenAndWhatHelps() throws Exception {
    try (var taken = new ServerSocket(port(1883), 1, InetAddress.getLoopbackAddress())) {
      var up = muster.runScript(START, "up");
      assertMistake(up, "Port %d, which the device endpoint needs".formatted(taken.getLocalPort()));
      assertTrue(up.output().contains("MUSTER_PORT_OFFSET="), up.output());
    }
    assertEquals(NOTHING_RUNS, muster.runScript(COMMAND, "status").exitCode());
  }

  @Test
  @Tag("full")
  void stopsWhatIsThereWhenItIsInterruptedWhileItStarts() throws Exception {
    var output = folder.resolve("up.out");
    var up = muster.startScript(output, "up");
    await().atMost(START).until(() -> byName(processes.status()).containsKey("postgres"));
    interrupt(up);
    assertTrue(up.waitFor(STOP.toSeconds(), TimeUnit.SECONDS), Files.readString(output));
    assertEquals(0, up.exitValue(), Files.readString(output));
    assertPortsAreFree();
    assertEquals(NOTHING_RUNS, muster.runScript(COMMAND, "status").exitCode());
  }

  @Test
  @Tag("full")
  void findsAndStopsWhatAKilledSupervisorHasLeft() {
    var up = muster.runScript(START, "up", "--detach");
    assertEquals(0, up.exitCode(), up.output());
    var running = byName(processes.status());
    processes.kill("supervisor");
    var status = muster.runScript(COMMAND, "status");
    assertNotEquals(0, status.exitCode());
    assertTrue(status.output().contains("its supervisor is gone"), status.output());
    assertEquals(0, muster.runScript(STOP, "down").exitCode());
    running.values().forEach(line -> await().atMost(STOP).until(() -> hasEnded(line.pid())));
    assertPortsAreFree();
  }

  private void awaitUp(Process up, Path output) {
    await()
        .atMost(START)
        .until(
            () -> {
              var said = Files.readString(output);
              assertTrue(up.isAlive(), said);
              return said.contains("Ctrl-C or ./muster down stops it.");
            });
  }

  private static void interrupt(Process process) throws Exception {
    var pid = Long.toString(process.pid());
    // The shell's own: a small machine has no other.
    assertEquals(
        0, new ProcessBuilder("sh", "-c", "kill -INT \"$1\"", "sh", pid).start().waitFor());
  }

  private static Map<String, Status> byName(List<Status> lines) {
    return lines.stream().collect(Collectors.toMap(Status::name, line -> line));
  }

  private static boolean hasEnded(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
  }

  private void assertPortsAreFree() {
    for (var standard : List.of(1883, 1884, 5433, 8081, 8082, 8085, 8086, 8883)) {
      await()
          .atMost(COMMAND)
          .until(
              () -> {
                try (var socket =
                    new ServerSocket(port(standard), 1, InetAddress.getLoopbackAddress())) {
                  return socket.isBound();
                }
              });
    }
  }

  private static void assertMistake(Result result, String said) {
    assertEquals(1, result.exitCode(), result.output());
    assertTrue(result.output().contains(said), said + " is not in: " + result.output());
    assertEquals(1, result.output().strip().lines().count(), result.output());
    assertNoStackTrace(result);
  }

  /** A mistyped command: what is wrong, perhaps what was meant, and where help is. */
  private static void assertUsage(Result result, String said) {
    assertEquals(2, result.exitCode(), result.output());
    assertTrue(result.output().contains(said), result.output());
    assertTrue(result.output().contains("--help tells what there is."), result.output());
    assertTrue(result.output().strip().lines().count() <= 3, result.output());
    assertNoStackTrace(result);
  }

  private static void assertNoStackTrace(Result result) {
    assertFalse(
        Pattern.compile("\\tat |Exception|\\bio\\.muster\\.").matcher(result.output()).find(),
        result.output());
  }

  private int port(int standard) {
    return standard + muster.portOffset();
  }
}
