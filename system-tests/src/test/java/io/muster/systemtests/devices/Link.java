package io.muster.systemtests.devices;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** One connection of a device, whatever client library and protocol version make it. */
public interface Link extends AutoCloseable {

  /**
   * Publishes at QoS 1.
   *
   * @return completes with the PUBACK; what a lost connection leaves open may never complete
   */
  CompletableFuture<Void> publish(String topicName, byte[] payload);

  boolean isConnected();

  @Override
  void close();

  /** Makes connections. */
  interface Connector {
    /**
     * @throws RuntimeException when the endpoint is away or refuses
     */
    Link connect();

    /** Gives a connection that is there already, and from then on this connector's. */
    default Connector after(Link first) {
      var given = new AtomicBoolean();
      return () -> given.compareAndSet(false, true) ? first : connect();
    }
  }
}
