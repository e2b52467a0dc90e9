package io.muster.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a kill between HiveMQ's two stores leaves behind. */
class MendedSessionStoreIT {
  private static final String TOPIC = "platform/registry/device-created/demo/d1";

  @TempDir Path folder;
  private TestIssuer issuer;
  private BrokerProcess broker;

  @BeforeEach
  void prepare() throws Exception {
    issuer = new TestIssuer();
    broker = new BrokerProcess(folder, issuer);
  }

  @AfterEach
  void stop() {
    broker.close();
    issuer.close();
  }

  @Test
  void aSessionGoesOnThoughThePayloadOfAMessageInFlightIsGone() throws Exception {
    broker.start();
    var before = Services.client(broker.port(), issuer, "ingest", 0);
    var producer = Services.client(broker.port(), issuer, "registry", 0);
    producer.connect();
    try (var unanswered = before.publishes(MqttGlobalPublishFilter.ALL, true)) {
      Services.connectPersistent(before);
      before.subscribeWith().topicFilter("platform/registry/#").qos(MqttQos.AT_LEAST_ONCE).send();
      Services.publishNumbers(producer, TOPIC, 3);
      assertTrue(unanswered.receive(60, TimeUnit.SECONDS).isPresent());
      broker.kill();
    }
    removePayloads();
    broker.start();
    var after = Services.client(broker.port(), issuer, "registry", 0);
    after.connect();
    Services.publishNumbers(after, TOPIC, 5);
    var consumer = Services.client(broker.port(), issuer, "ingest", 0);
    assertEquals(5, Services.receiveInOrder(consumer, 5));
    assertFalse(broker.output().contains("Exception"), broker.output());
  }

  private void removePayloads() throws IOException {
    List<Path> payloads;
    try (var files = Files.walk(folder.resolve("broker"))) {
      payloads = files.filter(file -> file.toString().contains("publish_payload_store")).toList();
    }
    assertFalse(payloads.isEmpty());
    for (var file : payloads.stream().sorted(Comparator.reverseOrder()).toList()) {
      Files.delete(file);
    }
  }
}
