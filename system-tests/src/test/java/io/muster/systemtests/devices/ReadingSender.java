package io.muster.systemtests.devices;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A device that counts: it sends readings numbered from 0 with their own times, at QoS 1, and what
 * was not acknowledged again over the next connection, until all are. So in the end each number
 * must be stored exactly once.
 */
public final class ReadingSender implements AutoCloseable {
  /** The field that holds the number. */
  public static final String FIELD = "n";

  private static final Duration RECONNECT = Duration.ofMillis(200);

  private final TestDevice device;
  private final Link.Connector connector;
  private final int window;
  private final double perSecond;
  private final Instant firstTime = Instant.now().minus(Duration.ofHours(6));
  private final BitSet acknowledged = new BitSet();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong connections = new AtomicLong();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final Thread thread;
  private volatile boolean stopped;

  /** How many readings there are; guarded by this, as the highest that was sent. */
  private int total;

  private int highest = -1;

  private ReadingSender(
      TestDevice device, Link.Connector connector, int total, int window, double perSecond) {
    this.device = device;
    this.connector = connector;
    this.total = total;
    this.window = window;
    this.perSecond = perSecond;
    this.thread = Thread.ofVirtual().name("sender-" + device.address()).unstarted(this::run);
  }

  /**
   * Starts to send.
   *
   * @param window how many may await their PUBACK
   * @param perSecond how fast, at most
   */
  public static ReadingSender start(
      TestDevice device, Link.Connector connector, int total, int window, double perSecond) {
    var sender = new ReadingSender(device, connector, total, window, perSecond);
    sender.thread.start();
    return sender;
  }

  /** How many PUBACKs were seen. */
  public synchronized int acknowledgedCount() {
    return acknowledged.cardinality();
  }

  /** How many PUBLISHes were handed to the client, repetitions counted. */
  public long sentCount() {
    return sent.get();
  }

  public long connectionCount() {
    return connections.get();
  }

  public synchronized int total() {
    return total;
  }

  /**
   * Sends no reading that it has not sent yet: however long what a test does took, what it sent
   * until then is what must be stored.
   */
  public synchronized void finish() {
    total = highest + 1;
  }

  public TestDevice device() {
    return device;
  }

  /** Waits until every reading was acknowledged. */
  public void awaitAllAcknowledged(Duration patience) {
    try {
      done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(
          "%s: only %d of %d acknowledged within %s, over %d connections"
              .formatted(
                  device.address(), acknowledgedCount(), total(), patience, connectionCount()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException failed) {
      throw new AssertionError("the sender failed", failed.getCause());
    }
  }

  private void run() {
    try {
      while (!stopped && acknowledgedCount() < total()) {
        connectAndSend();
      }
      done.complete(null);
    } catch (RuntimeException | Error unexpected) {
      done.completeExceptionally(unexpected);
    }
  }

  private void connectAndSend() {
    Link link;
    try {
      link = connector.connect();
    } catch (RuntimeException away) {
      LockSupport.parkNanos(RECONNECT.toNanos());
      return;
    }
    connections.incrementAndGet();
    try (link) {
      sendOver(link);
    }
  }

  private void sendOver(Link link) {
    var free = new Semaphore(window);
    var began = System.nanoTime();
    var count = 0;
    for (int n = nextUnacknowledged(0); n < total(); n = nextUnacknowledged(n + 1)) {
      if (!pace(began, count++, link) || !acquire(free, 1, link)) {
        return;
      }
      if (!mayBeSent(n)) {
        free.release();
        break;
      }
      send(n, link, free);
    }
    acquire(free, window, link);
  }

  private synchronized boolean mayBeSent(int n) {
    if (n >= total) {
      return false;
    }
    highest = Math.max(highest, n);
    return true;
  }

  private void send(int n, Link link, Semaphore free) {
    sent.incrementAndGet();
    link.publish(device.telemetry(), payload(n))
        .whenComplete(
            (puback, failure) -> {
              if (failure == null) {
                acknowledge(n);
              }
              free.release();
            });
  }

  private byte[] payload(int n) {
    var time = firstTime.plusMillis(n * 100L);
    var json = "{\"ts\":\"%s\",\"%s\":%d,\"half\":%s}".formatted(time, FIELD, n, n / 2.0);
    return json.getBytes(StandardCharsets.UTF_8);
  }

  /** Waits for its turn; false when the connection was lost meanwhile. */
  private boolean pace(long began, int count, Link link) {
    var due = began + (long) (count / perSecond * 1e9);
    while (!stopped && link.isConnected()) {
      var wait = due - System.nanoTime();
      if (wait <= 0) {
        return true;
      }
      LockSupport.parkNanos(Math.min(wait, RECONNECT.toNanos()));
    }
    return false;
  }

  /** Takes permits; false when the connection was lost before it could. */
  private boolean acquire(Semaphore free, int permits, Link link) {
    try {
      while (!stopped && link.isConnected()) {
        if (free.tryAcquire(permits, RECONNECT.toMillis(), TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped = true;
    }
    return false;
  }

  private synchronized int nextUnacknowledged(int from) {
    return acknowledged.nextClearBit(from);
  }

  private synchronized void acknowledge(int n) {
    acknowledged.set(n);
  }

  @Override
  public void close() {
    stopped = true;
  }
}
