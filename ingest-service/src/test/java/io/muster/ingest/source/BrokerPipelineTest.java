package io.muster.ingest.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Completion;
import io.muster.ingest.intake.DeadLetterReason;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Publication;
import io.muster.ingest.intake.RefusedPublish;
import io.muster.mqtt.MqttInboundMetadata;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.operators.multi.processors.UnicastProcessor;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerPipelineTest {
  private static final Instant NOW = Instant.parse("2026-11-23T03:00:00Z");
  private static final DeviceAddress STRAYS = DeviceAddress.of("muster-strays", "unknown");

  private final RecordingIntake intake = new RecordingIntake();
  private final List<String> acknowledged = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();
  private final UnicastProcessor<Message<?>> source = UnicastProcessor.create();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Function<DeviceAddress, Uni<Boolean>> known = any -> Uni.createFrom().item(true);

  @BeforeEach
  void start() {
    new BrokerPipeline(
            intake,
            device -> known.apply(device),
            tenant -> tenant.value().equals("gone"),
            STRAYS,
            Clock.fixed(NOW, ZoneOffset.UTC),
            meters)
        .take(source)
        .subscribe()
        .with(none -> {});
  }

  @Test
  void aMessageIsAcknowledgedWhenItIsKeptAndNotBefore() {
    arrive("telemetry/acme/d1", "1");
    var publication = intake.offered.getFirst();
    assertEquals(DeviceAddress.of("acme", "d1"), publication.publisher());
    assertTrue(publication.topic() instanceof DeviceTopic.Telemetry);
    assertArrayEquals("1".getBytes(StandardCharsets.UTF_8), publication.payload());
    assertEquals(1, publication.qos());
    assertEquals("application/json", publication.contentType());
    assertEquals(UserProperties.of("traceparent", "t"), publication.userProperties());
    assertEquals(NOW, publication.receivedAt());
    assertEquals(List.of(), acknowledged);
    intake.complete("1", Outcome.kept());
    assertEquals(List.of("1"), acknowledged);
  }

  @Test
  void whateverBecomesOfItIsAcknowledged() {
    arrive("event/acme/d1", "1");
    arrive("event/acme/d1", "2");
    intake.complete("1", Outcome.deadLettered(DeadLetterReason.MALFORMED));
    intake.complete("2", Outcome.refused(Outcome.Refused.Shortage.QUARANTINED));
    assertEquals(List.of("1", "2"), acknowledged);
  }

  @Test
  void aTopicThatIsNoDevicesIsDeadLetteredAndAcknowledged() {
    arrive("telemetry/acme/d1/more", "1");
    arrive("telemetry/UPPER/d1", "2");
    arrive("telemetry", "3");
    arrive("presence/acme/d1", "4");
    assertEquals(List.of(), intake.offered);
    assertEquals(
        List.of("1", "2", "3", "4").stream().map(n -> STRAYS + " " + n).toList(), intake.letters);
    intake.complete("1", Outcome.deadLettered(DeadLetterReason.TOPIC_NOT_ALLOWED));
    assertEquals(List.of("1"), acknowledged);
  }

  @Test
  void aDeviceThatTheRegistryDoesNotKnowIsDeadLetteredUnderItsOwnName() {
    known = device -> Uni.createFrom().item(device.device().value().equals("d1"));
    arrive("telemetry/acme/d1", "1");
    arrive("telemetry/acme/d2", "2");
    assertEquals(1, intake.offered.size());
    assertEquals(List.of("acme/d2 2"), intake.letters);
    assertEquals(1, meters.counter("muster.source.messages", "outcome", "unknown-device").count());
  }

  @Test
  void whatADeletedTenantsDeviceSaysIsDroppedAndAcknowledged() {
    arrive("telemetry/gone/d1", "1");
    arrive("event/gone/d1", "2");
    assertEquals(List.of(), intake.offered);
    assertEquals(List.of(), intake.letters);
    assertEquals(List.of("1", "2"), acknowledged);
    assertEquals(2, meters.counter("muster.source.messages", "outcome", "deleted-tenant").count());
  }

  @Test
  void messagesOfADeviceKeepTheirOrderWhileItsExistenceIsAskedFor() {
    var waiting = new HashMap<DeviceAddress, UniEmitter<? super Boolean>>();
    known =
        device ->
            waiting.containsKey(device)
                ? Uni.createFrom().item(true)
                : Uni.createFrom().emitter(emitter -> waiting.put(device, emitter));
    IntStream.range(0, 50).forEach(n -> arrive("telemetry/acme/d1", "" + n));
    assertEquals(List.of(), intake.offered);
    waiting.get(DeviceAddress.of("acme", "d1")).complete(true);
    assertEquals(IntStream.range(0, 50).mapToObj(n -> "" + n).toList(), intake.payloads());
  }

  @Test
  void aDeviceThatIsAskedForDoesNotHoldUpTheOthers() {
    var slow = DeviceAddress.of("acme", "slow");
    known =
        device -> device.equals(slow) ? Uni.createFrom().nothing() : Uni.createFrom().item(true);
    arrive("telemetry/acme/slow", "0");
    IntStream.range(0, 300).forEach(n -> arrive("telemetry/acme/d" + n, "x" + n));
    assertFalse(intake.payloads().contains("0"));
    // All but those few that share its lane.
    assertTrue(intake.offered.size() > 250, () -> intake.offered.size() + " of 300");
  }

  @Test
  void aFailureWithOneMessageIsTheChannelsToRetryAndStopsNoOther() {
    known =
        device -> {
          if (device.device().value().equals("bad")) {
            throw new IllegalStateException("unforeseen");
          }
          return Uni.createFrom().item(true);
        };
    arrive("telemetry/acme/bad", "1");
    arrive("telemetry/acme/bad", "2");
    arrive("telemetry/acme/d1", "3");
    assertEquals(List.of("1", "2"), refused);
    assertEquals(List.of("3"), intake.payloads());
  }

  @Test
  void manyMessagesOfManyDevicesAllArrive() {
    IntStream.range(0, 5_000).forEach(n -> arrive("telemetry/acme/d" + n % 700, "" + n));
    assertEquals(5_000, intake.offered.size());
  }

  private void arrive(String topic, String payload) {
    var mqtt =
        MqttInboundMetadata.builder("device-broker", topic)
            .qos(MqttQos.AT_LEAST_ONCE)
            .contentType("application/json")
            .userProperty("traceparent", "t")
            .build();
    source.onNext(
        Message.of(
            payload.getBytes(StandardCharsets.UTF_8),
            Metadata.of(mqtt),
            () -> {
              acknowledged.add(payload);
              return CompletableFuture.completedFuture(null);
            },
            reason -> {
              refused.add(payload);
              return CompletableFuture.completedFuture(null);
            }));
  }

  private static final class RecordingIntake implements Intake {
    private final List<Publication> offered = new ArrayList<>();
    private final List<String> letters = new ArrayList<>();
    private final Map<String, Completion> completions = new HashMap<>();

    void complete(String payload, Outcome outcome) {
      completions.get(payload).complete(outcome);
    }

    List<String> payloads() {
      return offered.stream()
          .map(publication -> new String(publication.payload(), StandardCharsets.UTF_8))
          .toList();
    }

    @Override
    public void offer(Publication publication, Completion completion) {
      offered.add(publication);
      completions.put(new String(publication.payload(), StandardCharsets.UTF_8), completion);
    }

    @Override
    public void deadLetter(RefusedPublish refused, Completion completion) {
      assertEquals(DeadLetterReason.TOPIC_NOT_ALLOWED, refused.reason());
      var text = new String(refused.payload(), StandardCharsets.UTF_8);
      letters.add(refused.from() + " " + text);
      completions.put(text, completion);
    }

    @Override
    public void announce(Announcement announcement, Completion completion) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean storeIsReachable() {
      return true;
    }
  }
}
