package io.muster.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.Checkout;
import io.muster.localstack.FreePort;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.postgres.ServiceDatabase;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.JavaCommand;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.StopSignal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the chart's migration Jobs do: a service is told its database and nothing else, in a folder
 * that it cannot write to, migrates its schema and ends.
 */
@Tag("full")
class MigrationJobIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What HooksTest finds in a Job. */
  private static final Map<String, String> OF_THE_JOB =
      Map.of("MUSTER_LOG_JSON", "true", "QUARKUS_INIT_AND_EXIT", "true");

  @TempDir static Path folder;

  private static LocalPostgres postgres;

  @BeforeAll
  static void startDatabase() {
    postgres = LocalPostgres.start(folder.resolve("database"), FreePort.any());
  }

  @AfterAll
  static void stopDatabase() {
    postgres.close();
  }

  @ParameterizedTest
  @CsvSource({
    "registry, device-registry",
    "ingest, ingest-service",
    "command, command-service",
    "firmware, firmware-service"
  })
  void itMigratesAndEnds(String service, String module) throws Exception {
    var database = postgres.createServices().get(service);
    try (var job = job(module, database)) {
      assertTrue(job.awaitEnd(PATIENCE), () -> "still runs: " + job.logTail(20));
      assertEquals(0, job.onExit().get(), () -> String.join("\n", job.logTail(40)));
    }
    assertTrue(migrations(service) > 0);
    // A Job of the same version finds nothing to do.
    var before = migrations(service);
    try (var again = job(module, database)) {
      assertTrue(again.awaitEnd(PATIENCE), () -> "still runs: " + again.logTail(20));
      assertEquals(0, again.onExit().get(), () -> String.join("\n", again.logTail(40)));
    }
    assertEquals(before, migrations(service));
  }

  @Test
  void itFailsWhenItCannotMigrate() throws Exception {
    var database = postgres.createServices().get("command");
    // A database that is away is waited for; here nobody need wait.
    var impatient = Map.of("QUARKUS_FLYWAY_CONNECT_RETRIES", "0");
    var stranger =
        new ServiceDatabase(database.url(), database.user(), "not the password", impatient);
    try (var job = job("command-service", stranger)) {
      assertTrue(job.awaitEnd(PATIENCE), () -> "still runs: " + job.logTail(20));
      assertTrue(job.onExit().get() != 0, () -> String.join("\n", job.logTail(40)));
    }
  }

  private static ChildProcess job(String module, ServiceDatabase database) {
    var environment = new HashMap<>(OF_THE_JOB);
    environment.putAll(database.environment());
    environment.put("MUSTER_DATABASE_URL", database.url());
    environment.put("MUSTER_DATABASE_USER", database.user());
    environment.put("MUSTER_DATABASE_PASSWORD", database.password());
    // Nothing can be made in /proc, whoever tries.
    var command = new ArrayList<>(List.of("sh", "-c", "cd /proc && exec \"$@\"", "sh"));
    command.addAll(JavaCommand.jar(Checkout.find().quarkusJar(module), List.of("-Xmx192m")));
    var log = folder.resolve(module + ".log");
    return ChildProcess.start(
        new Launch("migration of " + module, command, environment, log, StopSignal.TERM));
  }

  private static long migrations(String schema) throws SQLException {
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT count(*) FROM %s.flyway_schema_history WHERE success".formatted(schema))) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
