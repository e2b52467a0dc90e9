package io.muster.ingest.intake;

import io.muster.localstack.files.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * A database that test classes share which do nothing to it that others would notice, since its
 * start takes as long as many tests. Each test has a tenant of its own.
 */
final class SharedStore implements BeforeAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(SharedStore.class);

  private StoreDatabase database;

  /** Closed with the last test. */
  private record Held(Path folder, StoreDatabase database) implements AutoCloseable {
    static Held start() {
      try {
        var folder = Files.createTempDirectory("test-store");
        return new Held(folder, StoreDatabase.start(folder));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      database.close();
      FileTree.delete(folder);
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    database =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .computeIfAbsent(Held.class, _ -> Held.start(), Held.class)
            .database();
  }

  StoreDatabase database() {
    return database;
  }
}
