package io.muster.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.stack.RunningStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Hardware that asks for an identity over MQTT 5, with HiveMQ's client. For one thread. */
final class ProvisioningCall implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final byte[] CORRELATION = {7, 0, -1};

  private final Mqtt5BlockingClient client;

  /**
   * A blocking queue of the client's own tells of a connection's end before what came before it.
   */
  private final BlockingQueue<Mqtt5Publish> answers = new LinkedBlockingQueue<>();

  private final String topic;

  private ProvisioningCall(Mqtt5BlockingClient client, String topic) {
    this.client = client;
    this.topic = topic;
    client.toAsync().publishes(MqttGlobalPublishFilter.ALL, answers::add);
  }

  /**
   * Connects, and listens for its answers.
   *
   * @throws com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException when it is refused
   */
  static ProvisioningCall connect(RunningStack stack, TenantId tenant, String claimToken) {
    var random = UUID.randomUUID().toString();
    var client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(stack.endpointPort(1))
            .identifier(tenant + ":provision:" + random)
            .simpleAuth()
            .username("provision@" + tenant)
            .password(claimToken.getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    client.connect();
    var call = new ProvisioningCall(client, "provision/" + tenant + "/" + random);
    client.subscribeWith().topicFilter(call.topic + "/res").qos(MqttQos.AT_LEAST_ONCE).send();
    return call;
  }

  /** What it is told. */
  JsonNode ask(String request) throws IOException, InterruptedException {
    client
        .publishWith()
        .topic(topic + "/req")
        .qos(MqttQos.AT_LEAST_ONCE)
        .correlationData(CORRELATION)
        .payload(request.getBytes(StandardCharsets.UTF_8))
        .send();
    var answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer");
    }
    requireThatItIsTheAnswer(answer);
    return new ObjectMapper().readTree(answer.getPayloadAsBytes());
  }

  private void requireThatItIsTheAnswer(Mqtt5Publish answer) {
    var correlation = answer.getCorrelationData().orElseThrow();
    if (correlation.remaining() != CORRELATION.length
        || !answer.getTopic().toString().equals(topic + "/res")) {
      throw new AssertionError("something else came: " + answer);
    }
  }

  Mqtt5BlockingClient client() {
    return client;
  }

  @Override
  public void close() {
    if (client.getState().isConnected()) {
      client.disconnect();
    }
  }
}
