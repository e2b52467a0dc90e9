package io.muster.localstack.postgres;

import io.muster.contract.id.ServiceName;
import io.muster.localstack.files.PrivateFiles;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.NotReadyException;
import io.muster.localstack.process.Readiness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A real PostgreSQL on this machine, from the embedded programs: passwords on every connection,
 * durable commits, loopback only; its data stays when it stops. Safe for use by several threads.
 */
public final class LocalPostgres implements AutoCloseable {
  private static final List<ServiceName> SERVICES =
      List.of(ServiceName.REGISTRY, ServiceName.INGEST, ServiceName.COMMAND, ServiceName.FIRMWARE);
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final PostgresSettings settings;
  private final Launch launch;
  private final DatabaseAddress superuser;
  private ChildProcess process;

  private LocalPostgres(PostgresSettings settings, Launch launch, DatabaseAddress superuser) {
    this.settings = settings;
    this.launch = launch;
    this.superuser = superuser;
  }

  /**
   * Starts one for tests, whose data, log and passwords are in the folder, and waits until it
   * answers. The superuser's password is the same for all that are started so in a checkout.
   *
   * @param port on the loopback address
   * @throws UncheckedIOException when it cannot be started
   */
  public static LocalPostgres start(Path dataFolder, int port) {
    var settings = PostgresSettings.in(dataFolder.toAbsolutePath(), port);
    var postgres = made(settings, cluster -> cluster.createAsCopy(settings.log()));
    postgres.restart();
    return postgres;
  }

  /**
   * One whose data directory exists, not yet started: somebody else runs {@link #launch()}.
   *
   * @throws UncheckedIOException when the data directory cannot be made
   */
  public static LocalPostgres prepared(PostgresSettings settings) {
    return made(settings, cluster -> cluster.create(settings.log()));
  }

  /** How a data directory comes to be. */
  private interface Making {
    void of(Cluster cluster) throws IOException;
  }

  private static LocalPostgres made(PostgresSettings settings, Making making) {
    try {
      var binaries = PostgresBinaries.unpackedIn(settings.programs());
      var cluster =
          new Cluster(
              binaries,
              Account.forPostgres(),
              settings.data(),
              settings.secrets().resolve("postgres-superuser"));
      making.of(cluster);
      var superuser =
          new DatabaseAddress(
              "127.0.0.1",
              settings.port(),
              "postgres",
              Cluster.SUPERUSER,
              cluster.superuserPassword());
      var launch =
          cluster.launch("postgres", settings.port(), settings.maxConnections(), settings.log());
      return new LocalPostgres(settings, launch, superuser);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** How the server is started. */
  public Launch launch() {
    return launch;
  }

  /** Whether the server answers. */
  public Readiness readiness() {
    return new PostgresReadiness(superuser);
  }

  /** The server, with its superuser. */
  public DatabaseAddress superuser() {
    return superuser;
  }

  public int port() {
    return settings.port();
  }

  /**
   * Makes the database and each service's role and schema, unless they exist.
   *
   * @return what each service needs to connect, by its name: {@code registry}, {@code ingest}
   * @throws UncheckedIOException when the passwords cannot be kept
   * @throws IllegalStateException when the server refuses
   */
  public Map<String, ServiceDatabase> createServices() {
    try {
      return new DatabaseBootstrap(superuser).prepare(SERVICES, this::password);
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL refused to be prepared: " + e.getMessage(), e);
    }
  }

  /**
   * A connection of the superuser to the database of the services.
   *
   * @throws SQLException when the server refuses it
   */
  public Connection connectAsSuperuser() throws SQLException {
    return DriverManager.getConnection("jdbc:" + superuser.url("muster"), superuser.properties());
  }

  public synchronized long pid() {
    return process.pid();
  }

  /** SIGKILL for the postmaster; returns the process id it had. */
  public synchronized long kill() {
    return process.kill();
  }

  /**
   * SIGSTOP for all of its processes: connections stay, and nothing is answered.
   *
   * @throws IllegalStateException when it does not run
   */
  public synchronized void freeze() {
    signal("-STOP");
  }

  /** SIGCONT, after {@link #freeze()}. */
  public synchronized void thaw() {
    signal("-CONT");
  }

  private void signal(String signal) {
    var server = ProcessHandle.of(process.pid()).orElseThrow(this::notRunning);
    // Whoever is stopped makes no others, which would go on.
    if (signal(signal, Stream.of(server)) != 0) {
      throw notRunning();
    }
    // One of these may have ended by itself meanwhile.
    signal(signal, server.descendants());
  }

  private static int signal(String signal, Stream<ProcessHandle> processes) {
    // The shell's own: a small machine has no other.
    var command = new ArrayList<>(List.of("sh", "-c", "kill \"$@\"", "sh", signal));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL was signalled", e);
    }
  }

  private IllegalStateException notRunning() {
    return new IllegalStateException("PostgreSQL does not run as process " + process.pid());
  }

  /** A fast shutdown: open transactions are rolled back, data is flushed. */
  public synchronized void stop() {
    if (process != null) {
      process.close();
    }
  }

  /** Starts it again on its data and waits until it answers; stops it first when it runs. */
  public synchronized void restart() {
    stop();
    process = ChildProcess.start(launch);
    try {
      readiness().await(process, READY_WITHIN);
    } catch (NotReadyException e) {
      process.close();
      throw e;
    }
  }

  /** The last lines of its log. */
  public synchronized List<String> logTail(int lines) {
    return process.logTail(lines);
  }

  @Override
  public void close() {
    stop();
  }

  private String password(ServiceName service) {
    try {
      return PrivateFiles.secret(settings.secrets().resolve("database-" + service.value()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
