package io.muster.localstack.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocalPostgresIT {
  private static final String REFUSED_PASSWORD = "28P01"; // invalid_password
  private static final String REFUSED_ACCESS = "28000"; // invalid_authorization_specification
  private static final String NO_PRIVILEGE = "42501";

  private Path folder;
  private LocalPostgres postgres;
  private Map<String, ServiceDatabase> services;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    this.folder = folder;
    postgres = LocalPostgres.start(folder, FreePort.any());
    services = postgres.createServices();
  }

  @AfterAll
  void stop() {
    postgres.close();
  }

  @Test
  void aWrongPasswordIsRefusedForEveryRole() {
    for (var user : new String[] {"postgres", "muster_registry", "muster_ingest"}) {
      var refused = assertThrows(SQLException.class, () -> connect(user, "guess").close());
      assertEquals(REFUSED_PASSWORD, refused.getSQLState());
    }
  }

  @Test
  void noPasswordIsRefused() {
    var refused = assertThrows(SQLException.class, () -> connect("postgres", null).close());
    assertTrue(refused.getMessage().contains("password"), refused.getMessage());
  }

  @Test
  void aStrangerIsRefused() {
    var refused = assertThrows(SQLException.class, () -> connect("stranger", "x").close());
    assertTrue(
        REFUSED_PASSWORD.equals(refused.getSQLState())
            || REFUSED_ACCESS.equals(refused.getSQLState()));
  }

  @Test
  void commitsAreDurable() throws SQLException {
    try (var connection = connect("ingest")) {
      assertEquals("on", text(connection, "SHOW synchronous_commit"));
      assertEquals("on", text(connection, "SHOW fsync"));
      assertEquals("on", text(connection, "SHOW full_page_writes"));
    }
  }

  @Test
  void onlyTheLoopbackAddressIsListenedOn() throws SQLException {
    try (var connection = connect("ingest")) {
      assertEquals("127.0.0.1", text(connection, "SHOW listen_addresses"));
    }
  }

  @Test
  void itIsACurrentMajorVersion() throws SQLException {
    try (var connection = connect("ingest")) {
      assertTrue(text(connection, "SHOW server_version").startsWith("18."));
    }
  }

  @Test
  void aServiceWorksInItsOwnSchema() throws SQLException {
    try (var connection = connect("ingest")) {
      execute(connection, "CREATE TABLE here (n int)");
      assertEquals(
          "ingest", text(connection, "SELECT schemaname FROM pg_tables WHERE tablename = 'here'"));
    }
  }

  @Test
  void aServiceSeesNoTableOfAnother() throws SQLException {
    try (var registry = connect("registry");
        var ingest = connect("ingest")) {
      execute(registry, "CREATE TABLE secrets (n int)");
      var refused =
          assertThrows(SQLException.class, () -> text(ingest, "SELECT n FROM registry.secrets"));
      assertEquals(NO_PRIVILEGE, refused.getSQLState());
      var alsoRefused =
          assertThrows(SQLException.class, () -> execute(ingest, "CREATE TABLE public.t (n int)"));
      assertEquals(NO_PRIVILEGE, alsoRefused.getSQLState());
    }
  }

  @Test
  void preparingItAgainKeepsEverything() throws SQLException {
    try (var connection = connect("registry")) {
      execute(connection, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
    }
    assertEquals(services, postgres.createServices());
    try (var connection = connect("registry")) {
      assertEquals("7", text(connection, "SELECT n FROM kept"));
    }
  }

  @Test
  void committedDataSurvivesKillingIt() throws SQLException {
    try (var connection = connect("ingest")) {
      execute(connection, "CREATE TABLE killed (n int); INSERT INTO killed VALUES (1), (2)");
    }
    var pid = postgres.kill();
    assertThrows(SQLException.class, () -> connect("ingest").close());
    postgres.restart();
    assertNotEquals(pid, postgres.pid());
    try (var connection = connect("ingest")) {
      assertEquals("2", text(connection, "SELECT count(*) FROM killed"));
    }
  }

  @Test
  void dataSurvivesAnOrderlyStopWithClientsConnected() throws SQLException {
    try (var connection = connect("ingest")) {
      execute(connection, "CREATE TABLE stopped (n int); INSERT INTO stopped VALUES (1)");
      postgres.stop();
    }
    postgres.restart();
    try (var connection = connect("ingest")) {
      assertEquals("1", text(connection, "SELECT count(*) FROM stopped"));
    }
  }

  @Test
  void anotherOneHasNothingOfItsData(@TempDir Path another) throws IOException, SQLException {
    try (var connection = connect("ingest")) {
      execute(connection, "CREATE TABLE own (n int)");
    }
    try (var other = LocalPostgres.start(another, FreePort.any())) {
      var ingest = other.createServices().get("ingest");
      try (var connection =
          DriverManager.getConnection(ingest.jdbcUrl(), ingest.user(), ingest.password())) {
        assertEquals(
            "0", text(connection, "SELECT count(*) FROM pg_tables WHERE tablename = 'own'"));
      }
    }
  }

  @Test
  void passwordsAreReadableByTheirOwnerOnly() throws IOException {
    try (var secrets = Files.list(folder.resolve("secrets"))) {
      for (var secret : secrets.toList()) {
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)));
      }
    }
  }

  private Connection connect(String service) throws SQLException {
    var database = services.get(service);
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  private Connection connect(String user, String password) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", user);
    if (password != null) {
      properties.setProperty("password", password);
    }
    return DriverManager.getConnection(services.get("ingest").jdbcUrl(), properties);
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      assertTrue(rows.next(), sql);
      return rows.getString(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
