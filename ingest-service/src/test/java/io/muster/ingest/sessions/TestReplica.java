package io.muster.ingest.sessions;

import io.muster.contract.event.SessionEvent;
import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.FakeIntake;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** The sessions of one replica, with an intake that remembers. */
final class TestReplica implements AutoCloseable {
  static final long NEVER_ENDS = 3_600;
  private static final Duration WITHIN = Duration.ofSeconds(10);

  final FakeIntake intake = new FakeIntake();
  final List<LostSession> lost = new CopyOnWriteArrayList<>();
  final PostgresSessions sessions;
  final Pool pool;
  private final AtomicLong connections = new AtomicLong();

  TestReplica(String name, SessionsDatabase database) {
    pool = database.pool();
    sessions =
        new PostgresSessions(
            pool,
            intake,
            new ReplicaIdentity(name, UUID.randomUUID()),
            config(),
            Clock.systemUTC());
    sessions.onLost(lost::add);
    sessions.start();
  }

  private static SessionsConfig config() {
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 200, new DurationConverter())
        .withMapping(SessionsConfig.class)
        .withDefaultValues(
            Map.of(
                "muster.sessions.lease", "1s",
                "muster.sessions.poll", "50ms",
                "muster.sessions.sweep", "100ms",
                "muster.sessions.cleanup", "200ms",
                "muster.sessions.retry", "100ms",
                "muster.sessions.batch", "2"))
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
        Map.of("why", "unknown"),
        delaySeconds);
  }

  TakenSession take(DeviceAddress device, boolean cleanStart, long expirySeconds) {
    return take(device, cleanStart, expirySeconds, null);
  }

  TakenSession take(DeviceAddress device, boolean cleanStart, long expirySeconds, StoredWill will) {
    return sessions
        .take(
            new SessionClaim(
                client(device), connections.incrementAndGet(), cleanStart, expirySeconds, will))
        .await()
        .atMost(WITHIN);
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

  /** As by SIGKILL: nothing is said, nothing renewed. */
  void die() {
    pool.close().await().indefinitely();
  }

  @Override
  public void close() {
    sessions.stop();
  }
}
