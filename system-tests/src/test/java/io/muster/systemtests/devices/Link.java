package io.muster.systemtests.devices;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

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

    /** The other one after each connection that was lost or did not come about, and back again. */
    default Connector orElse(Connector other) {
      var attempts = new AtomicInteger();
      return () -> (attempts.getAndIncrement() % 2 == 0 ? this : other).connect();
    }

    /** Gives a connection that is there already, and from then on this connector's. */
    default Connector after(Link first) {
      var given = new AtomicBoolean();
      return () -> given.compareAndSet(false, true) ? first : connect();
    }
  }
}
