package io.muster.systemtests.devices;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import io.muster.contract.id.DeviceAddress;
import java.nio.charset.StandardCharsets;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;

/**
 * A registered device.
 *
 * @param password its secret, or a token
 */
public record TestDevice(DeviceAddress address, String password) {

  public String userName() {
    return address.userName();
  }

  public String clientIdentifier() {
    return address.tenant() + ":" + address.device();
  }

  public String telemetry() {
    return "telemetry/" + address;
  }

  /** The same device with something else in the password field. */
  public TestDevice withPassword(String other) {
    return new TestDevice(address, other);
  }

  /** A HiveMQ client for MQTT 5. */
  public Mqtt5Client mqtt5(int port) {
    return mqtt5Builder(port).build();
  }

  /** The same, to be changed. */
  public Mqtt5ClientBuilder mqtt5Builder(int port) {
    return MqttClient.builder()
        .useMqttVersion5()
        .serverHost("127.0.0.1")
        .serverPort(port)
        .identifier(clientIdentifier())
        .simpleAuth()
        .username(userName())
        .password(password.getBytes(StandardCharsets.UTF_8))
        .applySimpleAuth();
  }

  /** Options of a Paho client for MQTT 3.1.1. */
  public MqttConnectOptions mqtt3Options() {
    var options = new MqttConnectOptions();
    options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
    options.setUserName(userName());
    options.setPassword(password.toCharArray());
    options.setCleanSession(true);
    options.setConnectionTimeout(60);
    // MQTT 3.1.1 knows no Receive Maximum: the endpoint has to hold a client back that has more.
    options.setMaxInflight(20_000);
    return options;
  }
}
