package io.muster.ingest.sessions;

import io.muster.contract.event.SessionEvent;
import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;
import io.muster.ingest.endpoint.FakeIntake;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** The sessions of one replica, with an intake that remembers. */
final class TestReplica implements AutoCloseable {
  static final long NEVER_ENDS = 3_600;

  /** For one that sees soon that another one is dead; the others live however slow they are. */
  static final Map<String, String> SHORT_LEASE = Map.of("muster.sessions.lease", "1s");

  private static final Duration WITHIN = Duration.ofSeconds(60);

  static {
    Awaitility.setDefaultTimeout(WITHIN);
  }

  final FakeIntake intake = new FakeIntake();
  final List<LostSession> lost = new CopyOnWriteArrayList<>();
  final PostgresSessions sessions;
  final Pool pool;
  private final AtomicLong connections = new AtomicLong();

  TestReplica(String name, SessionsDatabase database) {
    this(name, database.pool());
  }

  TestReplica(String name, Pool pool) {
    this(name, pool, Map.of());
  }

  /**
   * @param settings that are others than the tests' usual ones
   */
  TestReplica(String name, Pool pool, Map<String, String> settings) {
    this.pool = pool;
    sessions =
        new PostgresSessions(
            pool,
            intake,
            new ReplicaIdentity(name, UUID.randomUUID()),
            config(settings),
            Clock.systemUTC());
    sessions.onLost(lost::add);
    sessions.start();
  }

  static SessionsConfig config() {
    return config(Map.of());
  }

  private static SessionsConfig config(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 200, new DurationConverter())
        .withMapping(SessionsConfig.class)
        .withDefaultValues(
            Map.of(
                "muster.sessions.lease", "30s",
                "muster.sessions.poll", "50ms",
                "muster.sessions.sweep", "100ms",
                "muster.sessions.cleanup", "200ms",
                "muster.sessions.retry", "100ms",
                "muster.sessions.reconcile", "100ms",
                "muster.sessions.statement-timeout", "20s",
                "muster.sessions.chore-timeout", "30s",
                "muster.sessions.kept-per-device", "2",
                "muster.sessions.batch", "2"))
        .withSources(new PropertiesConfigSource(settings, "of the test", 200))
        .build()
        .getConfigMapping(SessionsConfig.class);
  }

  static ClientIdentifier client(DeviceAddress device) {
    return new ClientIdentifier(device, device.tenant() + ":" + device.device());
  }

  static StoredWill will(DeviceAddress device, long delaySeconds) {
    return new StoredWill(
        "presence/" + device,
        "gone".getBytes(StandardCharsets.UTF_8),
        1,
        true,
        "text/plain",
        UserProperties.builder().add("why", "first").add("a", "b").add("why", "unknown").build(),
        delaySeconds,
        new CarriedProperties(1, new byte[] {7}, null),
        60);
  }

  TakenSession take(DeviceAddress device, boolean cleanStart, long expirySeconds) {
    return take(device, cleanStart, expirySeconds, null);
  }

  TakenSession take(DeviceAddress device, boolean cleanStart, long expirySeconds, StoredWill will) {
    return taking(device, cleanStart, expirySeconds, will, () -> true).await().atMost(WITHIN);
  }

  Uni<TakenSession> taking(
      DeviceAddress device,
      boolean cleanStart,
      long expirySeconds,
      StoredWill will,
      BooleanSupplier wanted) {
    return sessions.take(
        new SessionClaim(
            client(device), connections.incrementAndGet(), cleanStart, expirySeconds, will),
        wanted);
  }

  /** With a client identifier of several of the device. */
  Uni<TakenSession> taking(DeviceAddress device, String client, long expirySeconds) {
    return sessions.take(
        new SessionClaim(
            new ClientIdentifier(device, client),
            connections.incrementAndGet(),
            false,
            expirySeconds,
            null),
        () -> true);
  }

  /** The id of the connection that was made last. */
  long lastConnection() {
    return connections.get();
  }

  void end(DeviceAddress device, TakenSession taken, long expirySeconds, boolean publishesWill) {
    sessions.ended(new SessionEnd(client(device), taken.epoch(), expirySeconds, publishesWill));
  }

  long count(String sql, Object... values) {
    return pool.preparedQuery(sql)
        .execute(Tuple.from(List.of(values)))
        .await()
        .atMost(WITHIN)
        .iterator()
        .next()
        .getLong(0);
  }

  List<String> disconnectedClients() {
    return intake.announced("session/disconnected").stream()
        .map(it -> ((SessionEvent) it.data()).clientIdentifier())
        .toList();
  }

  /** Does it many times, several at a time. */
  static void sideBySide(int times, IntConsumer task) {
    // Not the common pool, whose threads see the classes of whichever test came first.
    try (var threads = Executors.newFixedThreadPool(4)) {
      var all = IntStream.range(0, times).mapToObj(n -> threads.submit(() -> task.accept(n)));
      for (var one : all.toList()) {
        one.get();
      }
    } catch (InterruptedException | ExecutionException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** As by SIGKILL: nothing is said, nothing renewed. */
  void die() {
    pool.close().await().indefinitely();
  }

  /** Makes another one's lease lapse. */
  void outlive(String name) {
    pool.preparedQuery("UPDATE endpoint_replica SET lease_until = now() WHERE name = $1")
        .execute(Tuple.of(name))
        .await()
        .atMost(WITHIN);
  }

  @Override
  public void close() {
    sessions.stop();
  }
}
