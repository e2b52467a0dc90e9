package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One attempt to have the application process a message. It can be settled once; whoever comes
 * later is not heard.
 */
final class Delivery {
  private final Connection connection;
  private final Mqtt5Publish publish;
  private final long sequence;
  private final int attempt;
  private final AtomicBoolean settled = new AtomicBoolean();
  private long emittedNanos;

  /**
   * @param sequence the order of arrival
   */
  Delivery(Connection connection, Mqtt5Publish publish, long sequence) {
    this(connection, publish, sequence, 1);
  }

  private Delivery(Connection connection, Mqtt5Publish publish, long sequence, int attempt) {
    this.connection = connection;
    this.publish = publish;
    this.sequence = sequence;
    this.attempt = attempt;
  }

  Delivery again() {
    return new Delivery(connection, publish, sequence, attempt + 1);
  }

  Connection connection() {
    return connection;
  }

  Mqtt5Publish publish() {
    return publish;
  }

  long sequence() {
    return sequence;
  }

  int attempt() {
    return attempt;
  }

  void emitted(long nanos) {
    emittedNanos = nanos;
  }

  long emittedNanos() {
    return emittedNanos;
  }

  /** True for the first caller alone. */
  boolean settle() {
    return settled.compareAndSet(false, true);
  }

  boolean isSettled() {
    return settled.get();
  }

  /** Lets the PUBACK go; false when the broker will deliver the message again. */
  boolean acknowledge() {
    return connection.acknowledge(publish);
  }
}
