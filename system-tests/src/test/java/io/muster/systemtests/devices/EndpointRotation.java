package io.muster.systemtests.devices;

import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedListener;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends a client of HiveMQ's, when it has lost its connection, to the next of the endpoints that it
 * knows, as a load balancer would. Safe for several threads.
 */
final class EndpointRotation implements MqttClientDisconnectedListener {
  private static final long RECONNECT_MILLIS = 200;

  private final List<Integer> ports;
  private final AtomicInteger lost = new AtomicInteger();
  private volatile boolean ended;

  /**
   * @param ports on this machine, at least one; the client begins with the first
   */
  EndpointRotation(List<Integer> ports) {
    this.ports = List.copyOf(ports);
  }

  @Override
  public void onDisconnected(MqttClientDisconnectedContext context) {
    if (!ended) {
      var next = ports.get(lost.incrementAndGet() % ports.size());
      context
          .getReconnector()
          .reconnect(true)
          .delay(RECONNECT_MILLIS, TimeUnit.MILLISECONDS)
          .transportConfig(
              MqttClientTransportConfig.builder().serverHost("127.0.0.1").serverPort(next).build());
    }
  }

  /** From now on who disconnects stays away. */
  void end() {
    ended = true;
  }
}
