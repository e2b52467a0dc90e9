package io.muster.ingest.source;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.IngestStack;
import io.muster.ingest.access.KnownDevices;
import io.muster.ingest.heard.HeardDevices;
import io.muster.ingest.intake.Intake;
import io.muster.mqtt.MusterMqttConnector;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.reactive.messaging.connector.InboundConnector;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The channel to a broker of others, at a real broker. The broker at hand lets a service subscribe
 * to its own platform topics only, so what comes is nobody's; the way of a device's message from
 * there on is {@link BrokerPipelineTest}'s.
 */
@QuarkusTest
@QuarkusTestResource(IngestStack.class)
class BrokerSourceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Inject Pool pool;
  @Inject Instance<Intake> intake;
  @Inject Instance<KnownDevices> devices;
  @Inject Clock clock;
  @Inject MeterRegistry meters;

  @Inject
  @Connector(MusterMqttConnector.NAME)
  Instance<InboundConnector> connector;

  IngestStack stack;
  @TempDir Path folder;

  @Test
  void consumesThroughASharedSubscriptionAndAcknowledgesWhatIsCommitted() throws Exception {
    var token = stack.serviceToken("ingest");
    var broker =
        new Broker(
            stack.broker().url(),
            Files.writeString(folder.resolve("token"), token).toString(),
            Map.of(
                "client-id", "service:ingest:9:source",
                "topic", "platform/ingest/source-test/#",
                "health-enabled", "false"));
    new BrokerSource(
            new Config(broker),
            connector,
            intake,
            devices,
            any -> false,
            clock,
            meters,
            new HeardDevices(10))
        .start(null);

    var client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier("service:ingest:9:publisher")
            .serverHost("127.0.0.1")
            .serverPort(stack.broker().port())
            .buildBlocking();
    client
        .connectWith()
        .simpleAuth()
        .username("service:ingest")
        .password(token.getBytes(StandardCharsets.UTF_8))
        .applySimpleAuth()
        .send();
    try {
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                client
                    .publishWith()
                    .topic("platform/ingest/source-test/acme")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload("whose?".getBytes(StandardCharsets.UTF_8))
                    .send();
                return letters() > 0;
              });
    } finally {
      client.disconnect();
    }
    assertEquals(
        "topic-not-allowed",
        pool.query("SELECT reason FROM dead_letter WHERE tenant = 'muster-strays'")
            .execute()
            .await()
            .atMost(PATIENCE)
            .iterator()
            .next()
            .getString(0));
  }

  private long letters() {
    return pool.query(
            "SELECT count(*) FROM dead_letter WHERE tenant = 'muster-strays'"
                + " AND payload = 'whose?'::bytea")
        .execute()
        .await()
        .atMost(PATIENCE)
        .iterator()
        .next()
        .getLong(0);
  }

  private record Config(Broker broker) implements SourceConfig {
    @Override
    public Source source() {
      return Source.BROKER;
    }
  }

  private record Broker(String url, String file, Map<String, String> attributes)
      implements SourceConfig.Broker {
    @Override
    public Optional<String> username() {
      return Optional.of("service:ingest");
    }

    @Override
    public Optional<String> passwordFile() {
      return Optional.of(file);
    }

    @Override
    public String clientIdPrefix() {
      return "muster-ingest";
    }

    @Override
    public String sharedGroup() {
      return "muster-ingest";
    }

    @Override
    public int receiveMaximum() {
      return 100;
    }

    @Override
    public Duration sessionExpiry() {
      return Duration.ZERO;
    }

    @Override
    public boolean trustDevices() {
      return false;
    }

    @Override
    public Duration recheckAfter() {
      return Duration.ofSeconds(5);
    }

    @Override
    public String strays() {
      return "unknown@muster-strays";
    }
  }
}
