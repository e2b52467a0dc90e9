package io.muster.registry.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.outbox.OutboxSchema;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a database of its own, without the service. */
class InboxEffectsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static LocalPostgres postgres;
  private static Pool pool;

  private final InboxEffects effects =
      new InboxEffects(pool, pool::withTransaction, List.of(new Notes()));

  /** Writes down the payload of each event, which must be a number. */
  private static final class Notes implements InboxHandler {
    @Override
    public boolean wants(OutboxEvent event) {
      return event.topic().equals("wanted");
    }

    @Override
    public Uni<Void> apply(SqlConnection transaction, List<OutboxEvent> events) {
      var all = Uni.createFrom().voidItem();
      for (var event : events) {
        all =
            all.chain(
                () ->
                    transaction
                        .preparedQuery("INSERT INTO note (said) VALUES ($1::text::int)")
                        .execute(Tuple.of(new String(event.payload())))
                        .replaceWithVoid());
      }
      return all;
    }
  }

  @BeforeAll
  static void startDatabase() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var port = socket.getLocalPort();
      socket.close();
      postgres = LocalPostgres.start(folder.resolve("postgres"), port);
    }
    var database = postgres.createServices().get("registry");
    var options =
        PgConnectOptions.fromUri(database.url())
            .setUser(database.user())
            .setPassword(database.password());
    options.addProperty("search_path", "registry");
    pool =
        Pool.newInstance(
            PgBuilder.pool().connectingTo(options).with(new PoolOptions().setMaxSize(4)).build());
    sql(OutboxSchema.follower());
    sql("CREATE TABLE note (place serial, said int)");
  }

  @AfterAll
  static void stopDatabase() {
    pool.close().await().atMost(PATIENCE);
    postgres.close();
  }

  @BeforeEach
  void forget() {
    sql("TRUNCATE followed_log, note");
    assertEquals(0, effects.position().await().atMost(PATIENCE));
  }

  @Test
  void aPageIsTakenWithItsPosition() {
    take(page(event(1, "wanted", "1"), event(2, "other", "x"), event(3, "wanted", "3")));
    assertEquals(List.of(1, 3), notes());
    assertEquals(3, effects.position().await().atMost(PATIENCE));
  }

  @Test
  void whatComesAgainIsLeftOut() {
    take(page(event(1, "wanted", "1"), event(2, "wanted", "2")));
    take(page(event(1, "wanted", "1"), event(2, "wanted", "2")));
    take(page(event(2, "wanted", "2"), event(3, "wanted", "3")));
    assertEquals(List.of(1, 2, 3), notes());
  }

  @Test
  void twoInstancesTakeEachEventOnceAndInOrder() {
    var other = new InboxEffects(pool, pool::withTransaction, List.of(new Notes()));
    var pages = new ArrayList<EventPage>();
    for (long first = 1; first <= 100; first += 5) {
      pages.add(
          page(
              LongStream.range(first, first + 5)
                  .mapToObj(n -> event(n, "wanted", Long.toString(n)))
                  .toArray(OutboxEvent[]::new)));
    }
    // Not the common pool: its threads keep the class loader of a test with the whole service.
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var one = CompletableFuture.runAsync(() -> pages.forEach(this::take), threads);
      var two =
          CompletableFuture.runAsync(
              () -> pages.forEach(page -> other.take(page).await().atMost(PATIENCE)), threads);
      CompletableFuture.allOf(one, two).join();
    }
    assertEquals(LongStream.rangeClosed(1, 100).mapToObj(n -> (int) n).toList(), notes());
  }

  @Test
  void whatTheDatabaseRefusesIsLeftOutAlone() {
    take(page(event(1, "wanted", "1"), event(2, "wanted", "no number"), event(3, "wanted", "3")));
    assertEquals(List.of(1, 3), notes());
    assertEquals(3, effects.position().await().atMost(PATIENCE));
  }

  @Test
  void aLogThatWasReplacedIsFollowedFromItsEnd() {
    take(page(event(9, "wanted", "9")));
    assertEquals(4, effects.startOver(4).await().atMost(PATIENCE));
    take(page(event(4, "wanted", "4"), event(5, "wanted", "5")));
    assertEquals(List.of(9, 5), notes());
  }

  private void take(EventPage page) {
    effects.take(page).await().atMost(PATIENCE);
  }

  private static EventPage page(OutboxEvent... events) {
    return new EventPage(List.of(events), events[events.length - 1].sequence(), 1);
  }

  private static OutboxEvent event(long sequence, String topic, String payload) {
    return new OutboxEvent(
        sequence, UUID.randomUUID(), topic, 1, null, Map.of(), payload.getBytes(), Instant.now());
  }

  private static List<Integer> notes() {
    List<Integer> notes = new ArrayList<>();
    pool.query("SELECT said FROM note ORDER BY place")
        .execute()
        .await()
        .atMost(PATIENCE)
        .forEach(row -> notes.add(row.getInteger(0)));
    return notes;
  }

  private static void sql(String text) {
    pool.query(text).execute().await().atMost(PATIENCE);
  }
}
