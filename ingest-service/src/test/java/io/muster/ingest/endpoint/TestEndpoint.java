package io.muster.ingest.endpoint;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DownwardTopic;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.relay.Downlink.DownwardMessage;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.muster.ingest.sessions.Sessions;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** An endpoint on a port of its own, with everything behind it played. */
final class TestEndpoint implements AutoCloseable {
  static final DeviceAddress DEVICE = DeviceAddress.of("acme", "boiler");
  static final String USER = "boiler@acme";
  static final String CLIENT = "acme:boiler";
  static final String TELEMETRY = "telemetry/acme/boiler";

  static {
    // Awaitility looks for the first time after 100 ms; most of what is waited for here takes one,
    // and thousands of tests wait for several things.
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
    // A machine at work stops a process for seconds; nobody waits longer for what comes soon.
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
  }

  final FakeIntake intake = new FakeIntake();
  final FakeAccess access = new FakeAccess();
  final FakeProvisioning provisioning = new FakeProvisioning();
  final FakeSessions sessions = new FakeSessions();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final DeviceEndpoint endpoint;

  private TestEndpoint(Map<String, String> settings) {
    endpoint = new DeviceEndpoint(config(settings), ports(sessions));
    endpoint.start();
  }

  static TestEndpoint start(String... settings) {
    return new TestEndpoint(pairs(settings));
  }

  private EndpointPorts ports(Sessions kept) {
    return new EndpointPorts(
        intake,
        access,
        provisioning,
        kept,
        new ReplicaIdentity("one", new UUID(0, 1)),
        meters,
        OpenTelemetry.noop().getTracer("test"),
        Clock.systemUTC());
  }

  static EndpointConfig config(Map<String, String> settings) {
    var all = new HashMap<String, String>();
    all.put("muster.endpoint.host", "127.0.0.1");
    all.put("muster.endpoint.port", "0");
    all.put("muster.endpoint.websocket.port", "0");
    all.put("muster.endpoint.threads", "2");
    // Netty looks every 100 ms whether it is over; a thousand tests would wait for that.
    all.put("muster.endpoint.drain-quiet", "0ms");
    settings.forEach((name, value) -> all.put("muster.endpoint." + name, value));
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 200, new DurationConverter())
        .withMapping(EndpointConfig.class)
        .withDefaultValues(all)
        .build()
        .getConfigMapping(EndpointConfig.class);
  }

  static Map<String, String> pairs(String... settings) {
    var map = new HashMap<String, String>();
    for (int i = 0; i < settings.length; i += 2) {
      map.put(settings[i], settings[i + 1]);
    }
    return map;
  }

  int port() {
    return endpoint.port();
  }

  int webSocketPort() {
    return endpoint.webSocketPort();
  }

  double count(String meter, String... tags) {
    var found = meters.find(meter).tags(tags).counter();
    return found == null ? 0 : found.count();
  }

  /** Until a counter shows so much: it may move just after the client has heard. */
  void awaitCount(double expected, String meter, String... tags) {
    await(meter).untilAsserted(() -> assertEquals(expected, count(meter, tags)));
  }

  /** What a gauge shows. */
  double gauge(String meter) {
    return meters.get(meter).gauge().value();
  }

  /** A service says something to a device. */
  void deliver(String topic, String payload, int qos) {
    deliver(topic, payload, qos, -1);
  }

  void deliver(String topic, String payload, int qos, long expirySeconds) {
    var to = DownwardTopic.parse(topic).orElseThrow();
    var bytes = payload.getBytes(StandardCharsets.UTF_8);
    endpoint.deliver(
        new DownwardMessage(to, bytes, qos, null, null, null, UserProperties.NONE, expirySeconds));
  }

  void deliver(DownwardMessage message) {
    endpoint.deliver(message);
  }

  /** Until a connection has ended for a reason. */
  void awaitEnd(EndReason reason) {
    await().until(() -> count("muster.endpoint.disconnects", "reason", reason.label()) == 1);
  }

  /** Until nothing more is read of so many connections. */
  void awaitPaused(int connections) {
    await().until(() -> paused() == connections);
  }

  /** Of how many connections nothing is read. */
  double paused() {
    return gauge("muster.endpoint.paused");
  }

  /**
   * Until the connection that has just been let in is read, so that nobody takes its pause at the
   * door for another one. Where others are paused meanwhile this cannot be seen, and nobody waits.
   */
  void awaitReadAgain(double before) {
    try {
      await().atMost(Duration.ofSeconds(2)).until(() -> paused() <= before);
    } catch (ConditionTimeoutException others) {
      return;
    }
  }

  /** Stops it, and checks that whatever the test did, everything was given back. */
  @Override
  public void close() {
    var stoppedByTest = !endpoint.isListening();
    intake.letGo();
    provisioning.letGo();
    endpoint.stop();
    awaitNone("connections that count as not read", "muster.endpoint.paused");
    awaitNone("seats that were not left", "muster.endpoint.connections");
    if (!stoppedByTest) {
      awaitNone("newcomers that count as present", "muster.endpoint.newcomers");
      awaitNone("places at the door that were not left", "muster.endpoint.knocking");
      awaitNone("messages that count as on their way", "muster.endpoint.in.flight");
      awaitNone("memory that was not given back", "muster.endpoint.memory.bytes");
    }
  }

  private void awaitNone(String what, String gauge) {
    await(what).untilAsserted(() -> assertEquals(0, gauge(gauge)));
  }
}
