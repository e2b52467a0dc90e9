package io.muster.localstack.postgres;

import io.muster.localstack.FreePort;
import io.muster.localstack.files.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A PostgreSQL that all test classes of a module share, since its start takes as long as many
 * tests: each test has a schema of its own in it. Thread-safe.
 */
public final class TestPostgres implements AutoCloseable {
  private final Path folder;
  private final LocalPostgres postgres;
  private final AtomicInteger schemas = new AtomicInteger();

  private TestPostgres(Path folder, LocalPostgres postgres) {
    this.folder = folder;
    this.postgres = postgres;
  }

  /**
   * Starts one in a temporary folder, with the services' databases.
   *
   * @throws UncheckedIOException when it cannot be started
   */
  public static TestPostgres start() {
    try {
      var folder = Files.createTempDirectory("test-postgres");
      var postgres = LocalPostgres.start(folder, FreePort.any());
      postgres.createServices();
      return new TestPostgres(folder, postgres);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server itself, to be killed and started again; whoever kills it starts it again. */
  public LocalPostgres server() {
    return postgres;
  }

  /** With the superuser's password. */
  public DatabaseAddress superuser() {
    return postgres.superuser();
  }

  /** The name of a schema that nobody else has, and that is still to be made. */
  public String newSchema() {
    return "test" + schemas.incrementAndGet();
  }

  /** A connection of the superuser whose tables are those of a schema. */
  public Connection connect(String schema) throws SQLException {
    var connection = postgres.connectAsSuperuser();
    try (var statement = connection.createStatement()) {
      statement.execute("SET search_path TO " + schema);
    }
    return connection;
  }

  /** Stops it and deletes its data. */
  @Override
  public void close() throws IOException {
    postgres.close();
    FileTree.delete(folder);
  }
}
