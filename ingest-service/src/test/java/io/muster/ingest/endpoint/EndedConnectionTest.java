package io.muster.ingest.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.registry.DeviceLimits;
import io.muster.ingest.endpoint.authorisation.Mandates;
import io.muster.ingest.endpoint.authorisation.PublishRights;
import io.muster.ingest.endpoint.authorisation.Scopes;
import io.muster.ingest.endpoint.down.ConnectionIndex;
import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.limits.PausedConnections;
import io.muster.ingest.endpoint.limits.Quotas;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.observe.EndpointMetrics;
import io.muster.ingest.endpoint.observe.PublishTracing;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.Properties;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.ConnectionControl;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.endpoint.up.UpSupport;
import io.muster.ingest.endpoint.up.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection that has said goodbye while what it sent is still being stored. */
class EndedConnectionTest {
  private final FakeIntake intake = new FakeIntake();
  private final FakeAccess access = new FakeAccess();
  private final ByteBudget budget = new ByteBudget(1_000_000);
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private Upstream up;

  @BeforeEach
  void connect() {
    intake.hold();
    var control =
        new ConnectionControl() {
          @Override
          public void end(EndReason reason, String detail) {}

          @Override
          public void waitToGather() {}

          @Override
          public void waitForMemory() {}
        };
    var support =
        new UpSupport(
            intake,
            new FakeSessions(),
            budget,
            new EndpointMetrics(new SimpleMeterRegistry()),
            new PublishTracing(OpenTelemetry.noop().getTracer("test"), 0),
            Clock.systemUTC(),
            TestEndpoint.config(Map.of()).up());
    var session =
        new ActiveSession(
            new ClientIdentifier(TestEndpoint.DEVICE, TestEndpoint.CLIENT),
            ProtocolVersion.MQTT_5,
            1,
            1,
            1,
            false,
            null,
            new Quotas(
                    TestEndpoint.config(Map.of()).limits(),
                    1_000_000,
                    1,
                    new SimpleMeterRegistry(),
                    System.nanoTime())
                .enter(
                    TestEndpoint.DEVICE, new DeviceLimits(1_000, 1_000), false, System.nanoTime()),
            100,
            Long.MAX_VALUE,
            true,
            Scopes.ALL);
    up =
        new Upstream(
            channel,
            session,
            new PublishRights(TestEndpoint.DEVICE, access, Scopes.ALL),
            new Mandates(
                TestEndpoint.DEVICE,
                access,
                TestEndpoint.config(Map.of()).mandates(),
                channel.eventLoop(),
                new ConnectionIndex().registerOf(null)),
            new ReadGate(channel, () -> {}, new PausedConnections()),
            control,
            support);
  }

  private void publish() throws Exception {
    up.publish(
        new Packet.Publish(
            TestEndpoint.TELEMETRY, 1, false, false, 7, new byte[2], Properties.NONE));
  }

  @Test
  void isAnsweredWhileItLasts() throws Exception {
    publish();
    intake.letGo();
    channel.runPendingTasks();
    assertNotNull(channel.<ByteBuf>readOutbound());
  }

  @Test
  void isAnsweredNothingBehindTheGoodbyeAndGivesItsMemoryBack() throws Exception {
    publish();
    up.end();
    intake.letGo();
    channel.runPendingTasks();
    assertNull(channel.<ByteBuf>readOutbound());
    assertEquals(0, budget.usedBytes());
  }
}
