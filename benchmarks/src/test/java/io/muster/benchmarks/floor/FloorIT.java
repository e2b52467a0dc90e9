package io.muster.benchmarks.floor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.benchmarks.commands.Evidence;
import io.muster.benchmarks.stack.ReadingTable;
import io.muster.localstack.Checkout;
import io.muster.localstack.FreePort;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.localstack.postgres.ServiceDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The floors against a real PostgreSQL with ingest-service's own table. */
class FloorIT {
  private static final Duration A_MOMENT = Duration.ofMillis(500);

  /** Sent, and its answer lies where nobody has read it. */
  private static final String COMMAND =
      """
      INSERT INTO command.device_queue (key, tenant, device, known) VALUES (1, 't', 'd', true);
      INSERT INTO command.command (id, queue_key, tenant, name, payload, created_at, created_by,
                                   one_way, qos, expires_at, response_timeout_ms, retries,
                                   min_backoff_ms, max_backoff_ms, state, since, next_attempt_at,
                                   steps)
      SELECT gen_random_uuid(), 1, 't', 'probed', '', now(), 'pat', false, 1, now(), 1, 0, 1, 1,
             'sent', now(), now(), '[]';
      INSERT INTO command.outbox (id, topic, qos, payload, created_at)
      SELECT gen_random_uuid(), 'command/t/d/req/' || id || '/probed', 1, '', now()
        FROM command.command;
      INSERT INTO ingest.outbox (id, topic, qos, payload, created_at)
      SELECT gen_random_uuid(), 'command/t/d/res/' || id || '/200', 1, '', now()
        FROM command.command;
      INSERT INTO command.followed_log (log, position) VALUES ('ingest', 7);
      """;

  private static LocalPostgres postgres;
  private static ServiceDatabase database;
  private static ReadingTable table;

  @BeforeAll
  static void createTable(@TempDir Path folder) throws IOException, SQLException {
    postgres = LocalPostgres.start(folder, FreePort.any());
    database = postgres.createServices().get("ingest");
    table = new ReadingTable(postgres.connectAsSuperuser());
    var migration = "ingest-service/src/main/resources/db/migration/V1__create_telemetry.sql";
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.createStatement()) {
      statement.execute(Files.readString(Checkout.find().root().resolve(migration)));
      statement.execute("SELECT ensure_reading_partition(now(), now() - interval '40 days')");
    }
  }

  @AfterAll
  static void stop() throws SQLException {
    table.close();
    postgres.close();
  }

  @Test
  void everyRowThatTheInsertFloorCountsIsInTheTable() {
    table.reset();
    try (var floor = new InsertFloor("floor", database, 3, 200, 8, List.of())) {
      var stored = floor.run(A_MOMENT);

      assertTrue(stored.rows() > 0);
      assertEquals(stored.rows(), table.count());
    }
  }

  @Test
  void everyRowThatTheCopyFloorCountsIsInTheTable() throws InterruptedException {
    table.reset();

    var stored = new CopyFloor("floor", database, 2, 8, List.of()).run(A_MOMENT);

    assertTrue(stored.rows() > 0);
    assertEquals(stored.rows(), table.count());
  }

  @Test
  void copiedRowsAreReadingsOfTheDevicesInTurn() throws SQLException, InterruptedException {
    table.reset();
    new CopyFloor("floor", database, 1, 8, List.of()).run(Duration.ofMillis(1));

    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                """
                SELECT count(DISTINCT device_key) AS devices, min(numbers[1]) AS least,
                       bool_and(time BETWEEN now() - interval '1 minute' AND now()) AS is_now
                FROM ingest.reading\
                """)) {
      row.next();
      assertEquals(8, row.getInt("devices"));
      assertEquals(45.1234, row.getDouble("least"));
      assertTrue(row.getBoolean("is_now"));
    }
  }

  @Test
  void anEmptiedTableIsEmpty() throws InterruptedException {
    new CopyFloor("floor", database, 1, 8, List.of()).run(Duration.ofMillis(1));

    table.reset();

    assertEquals(0, table.count());
  }

  /** What is looked for when the answer to a command is missing, in the services' own tables. */
  @Test
  void theDatabaseTellsWhatItKnowsOfACommand() throws Exception {
    migrate("ingest", "V10__create_outbox");
    for (var name : List.of("V1__create_outbox", "V4__create_followed_log", "V6__create_command")) {
      migrate("command", name);
    }
    List<String> told = new ArrayList<>();
    try (var superuser = postgres.connectAsSuperuser();
        var statement = superuser.createStatement()) {
      statement.execute(COMMAND);
    }
    var evidence = new Evidence(postgres::connectAsSuperuser, told::add);
    evidence.of("answers are missing");
    for (var known :
        List.of("\"name\": \"probed\"", "command/t/d/req/", "/res/", "\"position\": 7")) {
      assertTrue(told.getFirst().contains(known), known + " is not in " + told);
    }
  }

  private static void migrate(String service, String name) throws IOException, SQLException {
    var path = service + "-service/src/main/resources/db/migration/" + name + ".sql";
    try (var connection = postgres.connectAsSuperuser();
        var statement = connection.createStatement()) {
      statement.execute("SET search_path TO " + service);
      statement.execute(Files.readString(Checkout.find().root().resolve(path)));
    }
  }

  @Test
  void theStatementInUseIsSeen() throws Exception {
    try (var floor = new InsertFloor("floor", database, 1, 2_000, 8, List.of());
        var superuser = postgres.connectAsSuperuser();
        var threads = Executors.newSingleThreadExecutor()) {
      var seen = threads.submit(() -> InsertStatement.requireSameAsInUse(superuser));
      // It looks for some seconds; a busy machine may let it begin late.
      do {
        floor.run(Duration.ofSeconds(1));
      } while (!seen.isDone());

      seen.get(); // fails when nothing was seen, or another statement
    }
  }
}
