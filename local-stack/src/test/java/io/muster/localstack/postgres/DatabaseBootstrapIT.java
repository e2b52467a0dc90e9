package io.muster.localstack.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.ServiceName;
import io.muster.localstack.FreePort;
import io.muster.localstack.UserMistake;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseBootstrapIT {
  private static final List<ServiceName> SERVICES =
      List.of(ServiceName.REGISTRY, ServiceName.INGEST);

  /** As in hosted PostgreSQL, where nobody is superuser. */
  @Test
  void worksForAUserWhoMayOnlyCreateRolesAndDatabases(@TempDir Path folder) throws Exception {
    try (var postgres = LocalPostgres.start(folder, FreePort.any())) {
      var superuser = postgres.superuser();
      try (var connection =
              DriverManager.getConnection(
                  "jdbc:" + superuser.url("postgres"), superuser.properties());
          var statement = connection.createStatement()) {
        statement.execute("CREATE ROLE owner LOGIN CREATEDB CREATEROLE PASSWORD 'p:w/d'");
      }
      var url = "postgresql://owner:p%3Aw%2Fd@127.0.0.1:" + postgres.port() + "/postgres";
      var bootstrap = new DatabaseBootstrap(DatabaseAddress.parse(url));
      assertEquals(2, bootstrap.prepare(SERVICES, service -> "first").size());
      var again = bootstrap.prepare(SERVICES, service -> "second");
      var ingest = again.get("ingest");
      assertThrows(
          SQLException.class,
          () -> DriverManager.getConnection(ingest.jdbcUrl(), ingest.user(), "first").close());
      try (var connection =
              DriverManager.getConnection(ingest.jdbcUrl(), ingest.user(), ingest.password());
          var statement = connection.createStatement();
          var rows = statement.executeQuery("SHOW search_path")) {
        assertTrue(rows.next());
        assertEquals("ingest", rows.getString(1));
      }
    }
  }

  @Test
  void anAddressOfAnotherFormIsAMistake() {
    for (var url :
        List.of("", "localhost", "mysql://a:b@c/d", "postgresql://host/db", "post gres:")) {
      assertThrows(UserMistake.class, () -> DatabaseAddress.parse(url), url);
    }
  }

  @Test
  void neitherAddressNorServiceShowsItsPassword() {
    var address = DatabaseAddress.parse("postgresql://ann:geheim@db/x");
    assertTrue(!address.toString().contains("geheim"));
    assertTrue(
        !new ServiceDatabase("postgresql://db/x", "ann", "geheim", Map.of())
            .toString()
            .contains("geheim"));
  }
}
