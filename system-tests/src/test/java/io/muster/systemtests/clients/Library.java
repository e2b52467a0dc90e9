package io.muster.systemtests.clients;

import io.muster.systemtests.clients.Login.Scheme;
import java.util.function.Supplier;

/** The libraries that have to work, each at the versions of MQTT that it speaks. */
enum Library {
  HIVEMQ_AT_3_1_1(Scheme.TCP, HiveMqtt3::new),
  HIVEMQ_AT_5(Scheme.TCP, HiveMqtt5::new),
  PAHO_JAVA_AT_3_1_1(Scheme.TCP, PahoMqtt3::new),
  PAHO_JAVA_AT_5(Scheme.TCP, PahoMqtt5::new),
  MQTT_JS_AT_3_1_1(Scheme.WEBSOCKET, () -> new MqttJs(4)),
  MQTT_JS_AT_5(Scheme.WEBSOCKET, () -> new MqttJs(5));

  private final Scheme scheme;
  private final Supplier<RealClient> make;

  Library(Scheme scheme, Supplier<RealClient> make) {
    this.scheme = scheme;
    this.make = make;
  }

  /** Over what it connects in the tests that do not choose. */
  Scheme scheme() {
    return scheme;
  }

  RealClient newClient() {
    return make.get();
  }
}
