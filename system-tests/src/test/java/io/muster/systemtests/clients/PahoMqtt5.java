package io.muster.systemtests.clients;

import io.muster.systemtests.clients.Login.Scheme;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** Eclipse Paho's Java client for MQTT 5. */
final class PahoMqtt5 implements RealClient, MqttCallback {
  private static final long PATIENCE_MILLIS = 60_000;

  private final BlockingQueue<Received> messages = new LinkedBlockingQueue<>();
  private MqttAsyncClient client;

  @Override
  public boolean connect(Login login) throws Exception {
    var device = login.device();
    var scheme = login.scheme() == Scheme.TLS ? "ssl" : "tcp";
    client =
        new MqttAsyncClient(
            scheme + "://localhost:" + login.port(),
            device.clientIdentifier(),
            new MemoryPersistence());
    client.setCallback(this);
    var options = new MqttConnectionOptions();
    if (login.certificate().isEmpty()) {
      options.setUserName(device.userName());
      options.setPassword(bytes(device.password()));
    }
    options.setCleanStart(!login.kept());
    options.setAutomaticReconnect(false);
    if (login.kept()) {
      options.setSessionExpiryInterval(Login.SESSION_EXPIRY_SECONDS);
    }
    if (login.scheme() == Scheme.TLS) {
      options.setSocketFactory(Trust.sockets(login));
    }
    login
        .will()
        .ifPresent(
            payload ->
                options.setWill(login.presence(), new MqttMessage(bytes(payload), 1, false, null)));
    var connected = client.connect(options);
    connected.waitForCompletion(PATIENCE_MILLIS);
    return connected.getSessionPresent();
  }

  @Override
  public void publish(String topicName, String payload, int qos) throws MqttException {
    client.publish(topicName, bytes(payload), qos, false).waitForCompletion(PATIENCE_MILLIS);
  }

  @Override
  public int subscribe(String topicFilter, int qos) throws MqttException {
    var subscribed = client.subscribe(topicFilter, qos);
    subscribed.waitForCompletion(PATIENCE_MILLIS);
    return subscribed.getReasonCodes()[0];
  }

  @Override
  public Optional<Received> receive(Duration patience) throws InterruptedException {
    return Optional.ofNullable(messages.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
  }

  @Override
  public void messageArrived(String topicName, MqttMessage message) {
    var payload = new String(message.getPayload(), StandardCharsets.UTF_8);
    messages.add(new Received(topicName, payload, message.getQos()));
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    // The test cuts connections on purpose.
  }

  @Override
  public void mqttErrorOccurred(MqttException exception) {
    // What fails of it is told by the call that waits.
  }

  @Override
  public void deliveryComplete(IMqttToken token) {
    // `publish` waits for its own.
  }

  @Override
  public void connectComplete(boolean reconnect, String serverUri) {
    // `connect` waits for it.
  }

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {
    // Enhanced authentication is not asked for.
  }

  private static byte[] bytes(String payload) {
    return payload.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws MqttException {
    if (client == null) {
      return;
    }
    try {
      if (client.isConnected()) {
        client.disconnect().waitForCompletion(PATIENCE_MILLIS);
      }
    } catch (MqttException e) {
      // A test that cuts the connection may do so while the client says goodbye.
      if (client.isConnected()) {
        throw e;
      }
    }
    client.close();
  }
}
