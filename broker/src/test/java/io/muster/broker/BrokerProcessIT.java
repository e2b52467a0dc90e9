package io.muster.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker's life as a process: started, stopped, killed, wrongly configured. */
class BrokerProcessIT {
  private static final int MESSAGES = 1_000;

  @TempDir Path folder;

  @Test
  void keepsAcknowledgedMessagesOfAPersistentSessionWhenItIsKilled() throws Exception {
    try (var issuer = new TestIssuer();
        var broker = new BrokerProcess(folder, issuer).start()) {
      var consumer = Services.client(broker.port(), issuer, "ingest", 0);
      Services.connectPersistent(consumer);
      consumer.subscribeWith().topicFilter("platform/registry/#").qos(MqttQos.AT_LEAST_ONCE).send();
      consumer.disconnect();
      var producer = Services.client(broker.port(), issuer, "registry", 0);
      producer.connect();
      for (int i = 0; i < MESSAGES; i++) {
        producer
            .publishWith()
            .topic("platform/registry/device-created/demo/d" + i)
            .qos(MqttQos.AT_LEAST_ONCE)
            .payload(Integer.toString(i).getBytes())
            .send();
      }
      broker.kill();
      broker.start();
      assertEquals(MESSAGES, Services.receiveInOrder(consumer, MESSAGES));
    }
  }
}
