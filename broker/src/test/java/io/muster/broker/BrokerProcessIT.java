package io.muster.broker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker's life as a process: started, stopped, killed, wrongly configured. */
class BrokerProcessIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SIGTERM_EXIT = 128 + 15;

  /** More than HiveMQ's own default keeps for an absent client. */
  private static final int MESSAGES = 2_500;

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
  void keepsMoreThanAThousandMessagesForAnAbsentSessionThoughItIsKilled() throws Exception {
    broker.start();
    var consumer = absentConsumer();
    var producer = Services.client(broker.port(), issuer, "registry", 0);
    producer.connect();
    Services.publishNumbers(producer, TOPIC, MESSAGES);
    broker.kill();
    broker.start();
    assertEquals(MESSAGES, Services.receiveInOrder(consumer, MESSAGES));
  }

  @Test
  void keepsSessionsAndMessagesWhenItIsStoppedAndEndsQuickly() throws Exception {
    broker.start();
    assertWarnsOfNothing();
    var consumer = absentConsumer();
    var producer = Services.client(broker.port(), issuer, "registry", 0);
    producer.connect();
    Services.publishNumbers(producer, TOPIC, 100);
    assertEquals(SIGTERM_EXIT, broker.terminate(), broker.output());
    assertTrue(broker.output().contains("Muster broker stopped"), broker.output());
    broker.start();
    assertEquals(100, Services.receiveInOrder(consumer, 100));
  }

  @Test
  void saysInOneLineWhatIsWronglyConfigured() throws Exception {
    broker.with("MUSTER_BROKER_TOKEN_ALGORITHMS", "HS256").launch();
    assertEquals(BrokerMain.WRONG_CONFIGURATION, broker.awaitExit());
    assertEquals(1, broker.output().lines().count(), broker.output());
    assertTrue(broker.output().contains("MUSTER_BROKER_TOKEN_ALGORITHMS"), broker.output());
  }

  @Test
  void endsWhenItsPortIsTaken() throws Exception {
    try (var taken = new ServerSocket(broker.port(), 1, InetAddress.getByName("127.0.0.1"))) {
      broker.launch();
      assertEquals(BrokerMain.CANNOT_START, broker.awaitExit(), broker.output());
      assertTrue(broker.output().contains("" + taken.getLocalPort()), broker.output());
      assertFalse(broker.output().contains("\tat "), "a stack trace: " + broker.output());
    }
  }

  @Test
  void leavesTheDataOfARunningBrokerAlone() throws Exception {
    broker.start();
    var second = new BrokerProcess(folder, issuer);
    second.launch();
    assertEquals(BrokerMain.CANNOT_START, second.awaitExit(), second.output());
    absentConsumer();
  }

  @Test
  void isNotHealthyUntilItHasReachedTheIssuer() throws Exception {
    issuer.goAway();
    var httpPort = BrokerProcess.freePort();
    broker.with("MUSTER_BROKER_HTTP_PORT", Integer.toString(httpPort)).start();
    var health = URI.create("http://127.0.0.1:" + httpPort + "/q/health");
    try (var http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(health).timeout(PATIENCE).build();
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertEquals(503, answer.statusCode());
      assertTrue(
          answer.body().contains("{\"name\":\"keys of the service issuer\",\"status\":\"DOWN\"}"),
          answer.body());
      issuer.comeBack();
      await()
          .atMost(PATIENCE)
          .until(
              () -> http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200);
    }
  }

  /** Launched as documented. */
  private void assertWarnsOfNothing() {
    assertFalse(broker.output().contains("WARNING"), broker.output());
    assertFalse(broker.output().contains("ERROR"), broker.output());
  }

  private Mqtt5BlockingClient absentConsumer() throws Exception {
    var consumer = Services.client(broker.port(), issuer, "ingest", 0);
    Services.connectPersistent(consumer);
    consumer.subscribeWith().topicFilter("platform/registry/#").qos(MqttQos.AT_LEAST_ONCE).send();
    consumer.disconnect();
    return consumer;
  }
}
