package io.muster.ingest.notifications;

import static org.awaitility.Awaitility.await;

import io.muster.ingest.intake.DatabaseConfig;
import io.muster.ingest.intake.IntakeConfig;
import io.muster.ingest.intake.StoreDatabase;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What replicas tell each other, through a real database. */
class NotificationsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String OURS =
      "FROM pg_stat_activity WHERE application_name = 'muster-ingest-listen'";

  @TempDir static Path folder;
  private static StoreDatabase database;

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final AtomicInteger missed = new AtomicInteger();
  private final Notifications notifications =
      new Notifications(database.vertx(), database.pool(), address(database), config());

  @BeforeAll
  static void start() {
    database = StoreDatabase.start(folder);
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @AfterEach
  void close() {
    notifications.stop(new ShutdownEvent());
    await().atMost(PATIENCE).until(() -> database.number("SELECT count(*) " + OURS) == 0);
  }

  @Test
  void listensAgainAfterItsConnectionWasLost() {
    notifications.listen("one", heard::add, missed::incrementAndGet);
    await().atMost(PATIENCE).until(() -> missed.get() > 0);
    missed.set(0);
    var lost = notifications.connection();
    database.run("SELECT pg_terminate_backend(pid) " + OURS);
    awaitAnotherThan(lost);
    hears("one", "after");
  }

  @Test
  void replacesAConnectionWhoseEndItMissed() {
    notifications.listen("two", heard::add, missed::incrementAndGet);
    await().atMost(PATIENCE).until(() -> missed.get() > 0);
    missed.set(0);
    var connection = notifications.connection();
    var ended = new AtomicInteger();
    connection.closeHandler(gone -> ended.incrementAndGet());
    database.run("SELECT pg_terminate_backend(pid) " + OURS);
    await().atMost(PATIENCE).until(() -> ended.get() > 0);
    notifications.probe();
    awaitAnotherThan(connection);
    hears("two", "after");
  }

  /** On which it listens; that it missed something may have been told twice of the first. */
  private void awaitAnotherThan(Object lost) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              var open = notifications.connection();
              return missed.get() > 0 && open != null && open != lost;
            });
  }

  @Test
  void aConnectionOnWhichItCannotListenIsClosed() {
    notifications.listen("three", heard::add, missed::incrementAndGet);
    await().atMost(PATIENCE).until(() -> missed.get() > 0);
    notifications.listen("no channel", heard::add, () -> {});
    var before = connectionsMade();
    // The first one came before the channel; those after it cannot listen to it.
    database.run("SELECT pg_terminate_backend(pid) " + OURS);
    await().atMost(PATIENCE).until(() -> connectionsMade() >= before + 2);
    await().atMost(PATIENCE).until(() -> database.number("SELECT count(*) " + OURS) <= 1);
  }

  /** Of anybody, since the database was made. */
  private static long connectionsMade() {
    return database.number(
        "SELECT sessions FROM pg_stat_database WHERE datname = current_database()");
  }

  private void hears(String channel, String payload) {
    notifications.tell(channel, List.of(payload)).await().atMost(PATIENCE);
    await().atMost(PATIENCE).until(() -> heard.contains(payload));
  }

  static IntakeConfig config() {
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 200, new DurationConverter())
        .withMapping(IntakeConfig.class)
        .build()
        .getConfigMapping(IntakeConfig.class);
  }

  static DatabaseConfig address(StoreDatabase database) {
    var options = database.options();
    return new DatabaseConfig() {
      @Override
      public String url() {
        return "postgresql://%s:%d/%s"
            .formatted(options.getHost(), options.getPort(), options.getDatabase());
      }

      @Override
      public String user() {
        return options.getUser();
      }

      @Override
      public String password() {
        return options.getPassword();
      }

      @Override
      public Optional<Path> caFile() {
        return Optional.empty();
      }
    };
  }
}
