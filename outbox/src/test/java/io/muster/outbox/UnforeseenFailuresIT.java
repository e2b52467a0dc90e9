package io.muster.outbox;

import static org.awaitility.Awaitility.await;

import io.muster.contract.event.EventPage;
import io.muster.localstack.postgres.SwallowingProxy;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The loops of this module go on whatever fails in them, and tell when they do not. */
class UnforeseenFailuresIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final OutboxSettings QUICK =
      OutboxSettings.defaults()
          .withIntervals(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofSeconds(30))
          .withPatience(PATIENCE, Duration.ofMillis(10), Duration.ofMillis(100), 5);

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private final RecordingBroker broker = new RecordingBroker();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var one : open.reversed()) {
      one.close();
    }
  }

  @Test
  void thePublisherStandsAgainWhateverEndedItsTerm() {
    var asked = new AtomicInteger();
    InstantSource broken =
        () -> {
          if (asked.getAndIncrement() == 0) {
            throw new ArithmeticException("a fault of ours");
          }
          return Clock.systemUTC().instant();
        };
    publisher(DATABASE.pool(), broken.withZone(ZoneOffset.UTC));
    append(0, 5);
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 5);
  }

  @Test
  void publishingGoesOnAfterARowThatCouldNotBeRead() {
    var publisher = publisher(DATABASE.pool(), Clock.systemUTC());
    append(0, 1);
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 1);
    DATABASE.run(
        "INSERT INTO outbox (id, topic, qos, user_properties, payload, created_at)"
            + " VALUES (gen_random_uuid(), 'event/acme/d1', 1, '[]', '', now())");
    await().atMost(PATIENCE).until(() -> publisher.status().lastFailure().isPresent());
    DATABASE.run("UPDATE outbox SET user_properties = '{}'");
    await().atMost(PATIENCE).until(() -> broker.taken().size() == 2);
  }

  @Test
  void thePublisherWorksAgainAfterTheDatabaseHadFallenSilent() throws Exception {
    var proxy = new SwallowingProxy(DATABASE.postgres().superuser().port());
    open.add(proxy);
    var impatient =
        QUICK.withIntervals(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofSeconds(1));
    var publisher = publisher(DATABASE.newPool(4, proxy.port()), impatient, Clock.systemUTC());
    append(0, 5);
    await().atMost(PATIENCE).until(() -> broker.taken().size() >= 5);
    proxy.fallSilent();
    await().atMost(PATIENCE).until(() -> !publisher.status().publisher());
    append(5, 10);
    proxy.flowAgain();
    await().atMost(PATIENCE).until(() -> broker.takenOf("d1").contains("9"));
    await().atMost(PATIENCE).until(() -> publisher.silence().compareTo(Duration.ofSeconds(10)) < 0);
  }

  @Test
  void aFollowerGoesOnWhateverItsEffectsThrow() {
    publisher(DATABASE.pool(), Clock.systemUTC());
    append(0, 5);
    var taken = new AtomicInteger();
    var failures = new AtomicInteger(3);
    var follower = follower(taken, failures);
    await().atMost(PATIENCE).until(() -> taken.get() == 5);
    await().atMost(PATIENCE).until(() -> follower.upToDateAt().isPresent());
  }

  @Test
  void aFollowerThatIsStuckTellsForHowLong() {
    var stuck =
        new EventFollower(
            new EventFollower.Settings(
                "registry", 7, Duration.ofMillis(30), Duration.ofHours(1), Duration.ofMillis(200)),
            (after, limit) -> Uni.createFrom().nothing(),
            effects(new AtomicInteger(), new AtomicInteger()),
            Clock.systemUTC());
    open.add(stuck);
    stuck.start();
    await().atMost(PATIENCE).until(() -> stuck.silence().compareTo(Duration.ofMillis(500)) > 0);
  }

  private EventFollower follower(AtomicInteger taken, AtomicInteger failures) {
    var log = new OutboxLog(DATABASE.pool());
    var follower =
        new EventFollower(
            new EventFollower.Settings(
                "registry",
                7,
                Duration.ofMillis(30),
                Duration.ofSeconds(30),
                Duration.ofMillis(200)),
            log::page,
            effects(taken, failures),
            Clock.systemUTC());
    open.add(follower);
    follower.start();
    return follower;
  }

  private static EventFollower.Effects effects(AtomicInteger taken, AtomicInteger failures) {
    var position = new AtomicLong();
    return new EventFollower.Effects() {
      @Override
      public Uni<Long> position() {
        return Uni.createFrom().item(position::get);
      }

      @Override
      public Uni<Void> take(EventPage page) {
        if (failures.getAndDecrement() > 0) {
          throw new IllegalStateException("a fault of ours");
        }
        taken.addAndGet(page.items().size());
        position.set(page.next());
        return Uni.createFrom().voidItem();
      }

      @Override
      public Uni<Long> startOver(long end) {
        return Uni.createFrom().item(end);
      }
    };
  }

  private OutboxPublisher publisher(Pool pool, Clock clock) {
    return publisher(pool, QUICK, clock);
  }

  private OutboxPublisher publisher(Pool pool, OutboxSettings settings, Clock clock) {
    var publisher =
        new OutboxPublisher(
            pool,
            settings,
            clock,
            broker,
            (transaction, event, reason) -> Uni.createFrom().voidItem());
    open.add(publisher);
    publisher.start();
    return publisher;
  }

  private static void append(int from, int to) {
    DATABASE
        .pool()
        .withTransaction(transaction -> Outbox.append(transaction, Entries.answers("d1", from, to)))
        .await()
        .atMost(PATIENCE);
  }
}
