package io.muster.mqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.muster.mqtt.Meters.Event;
import io.muster.mqtt.Meters.Figure;
import io.reactivex.FlowableSubscriber;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.Metadata;
import org.jboss.logging.Logger;
import org.reactivestreams.Subscription;

/** One incoming channel: receives on a link, gives out through a stream, and settles. */
final class InboundChannel implements Flow.Publisher<Message<?>>, LinkListener, ChannelHealth {
  private static final Logger LOG = Logger.getLogger(InboundChannel.class);

  private final InboundSettings settings;
  private final Loop loop;
  private final Meters meters;
  private final Tracing tracing;
  private final Link link;
  private final Subscriptions subscriptions;
  private final InboundStream stream;
  private final FailureStrategy failures;
  private final Held held = new Held();
  private final AtomicBoolean subscribed = new AtomicBoolean();
  private Subscription source;
  private long sequence;

  InboundChannel(InboundSettings settings, Loop loop) {
    this.settings = settings;
    this.loop = loop;
    this.meters = Meters.of(name());
    this.tracing = settings.tracing() ? Tracing.detect() : new NoTracing();
    this.link = new Link(settings.link(), loop, this, meters);
    this.subscriptions =
        new io.muster.mqtt.Subscriptions(
            settings.subscription(), loop, settings.link().timing().connectTimeout());
    this.stream = new InboundStream(loop, this::message, this::emitted);
    this.failures = FailureStrategy.of(settings, link, meters, this::end);
    meters.gauge(Figure.HELD, held, Held::count);
    meters.gauge(
        Figure.OLDEST_HELD, held, all -> all.oldest(System.nanoTime()).toMillis() / 1000.0);
    meters.gauge(Figure.UP, link, one -> one.state().ready().good() ? 1 : 0);
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Message<?>> subscriber) {
    if (!subscribed.compareAndSet(false, true)) {
      io.smallrye.mutiny.helpers.Subscriptions.fail(
          subscriber, new IllegalStateException("channel " + name() + " has a subscriber already"));
      return;
    }
    loop.run(
        () -> {
          stream.subscribe(subscriber, () -> link.close().subscribe().with(ignored -> {}));
          link.start();
        });
  }

  @Override
  public void opening(Connection connection) {
    connection
        .client()
        .publishes(MqttGlobalPublishFilter.ALL, true)
        .subscribe(new Source(connection));
  }

  @Override
  public Uni<Void> opened(Connection connection, boolean sessionPresent) {
    return subscriptions.establish(connection, sessionPresent);
  }

  @Override
  public void lost(Connection connection) {
    stream.clear();
    if (source != null) {
      source.cancel();
      source = null;
    }
  }

  /** Takes what the client receives on one connection. */
  private final class Source implements FlowableSubscriber<Mqtt5Publish> {
    private final Connection connection;

    Source(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      source = subscription;
      subscription.request(settings.link().session().receiveMaximum());
    }

    @Override
    public void onNext(Mqtt5Publish publish) {
      if (connection.isOpen()) {
        arrived(new Delivery(connection, publish, sequence++));
      }
    }

    @Override
    public void onError(Throwable over) {
      // The link learns of the end of the connection itself.
    }

    @Override
    public void onComplete() {}
  }

  private void arrived(Delivery delivery) {
    var publish = delivery.publish();
    var payloadBytes = publish.getPayload().map(java.nio.Buffer::remaining).orElse(0);
    if (!settings.subscription().wants(publish.getTopic())) {
      source.request(1);
      unwanted(delivery);
    } else if (payloadBytes > settings.maxPayloadBytes().orElse(Integer.MAX_VALUE)) {
      source.request(1);
      meters.count(Event.TOO_LARGE);
      var reason =
          new PayloadTooLargeException(payloadBytes, settings.maxPayloadBytes().getAsInt());
      failures.handle(delivery, reason).subscribe().with(ignored -> {});
    } else {
      stream.offer(delivery);
    }
  }

  /** The session still has a subscription of an earlier configuration. */
  private void unwanted(Delivery delivery) {
    LOG.warnf(
        "channel %s: acknowledged a message on %s unseen: no topic filter matches, the session has"
            + " an older subscription; name it in previous-topics",
        name(), delivery.publish().getTopic());
    meters.count(Event.UNMATCHED);
    delivery.acknowledge();
  }

  private void emitted(Delivery delivery) {
    held.add(delivery, System.nanoTime());
    if (delivery.attempt() == 1) {
      meters.count(Event.RECEIVED);
      source.request(1);
    }
  }

  private Message<?> message(Delivery delivery) {
    var properties = Properties.received(name(), delivery);
    return new InboundMessage(
        delivery.publish().getPayloadAsBytes(),
        tracing.received(Metadata.of(properties), properties),
        ignored -> ack(delivery),
        (reason, ignored) -> nack(delivery, reason));
  }

  private CompletionStage<Void> ack(Delivery delivery) {
    if (delivery.settle()) {
      meters.count(delivery.acknowledge() ? Event.ACKNOWLEDGED : Event.LATE);
    }
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> nack(Delivery delivery, Throwable reason) {
    if (!delivery.settle()) {
      return CompletableFuture.completedFuture(null);
    }
    var done = new CompletableFuture<Void>();
    loop.run(
        () ->
            refused(delivery, reason)
                .subscribe()
                .with(done::complete, done::completeExceptionally));
    return done;
  }

  /**
   * A retry does not wait for its outcome: a consumer of one message at a time asks for the next
   * one, which is the retry, only when the nack is done.
   */
  private Uni<Void> refused(Delivery delivery, Throwable reason) {
    if (!delivery.connection().isOpen()) {
      meters.count(Event.LATE);
      return Uni.createFrom().voidItem();
    }
    if (delivery.attempt() > settings.retry().attempts()) {
      return failures.handle(delivery, reason);
    }
    meters.count(Event.RETRIED);
    stream.retry(delivery.again(), settings.retry().before(delivery.attempt()));
    return Uni.createFrom().voidItem();
  }

  private void end(Throwable reason) {
    link.fail("ended because a message failed: " + Reasons.of(reason))
        .subscribe()
        .with(ignored -> {});
    stream.fail(reason);
  }

  /** Gives the application a moment to settle what it holds, then ends the connection. Blocks. */
  void stop() {
    loop.later(stream::pause);
    var deadline = System.nanoTime() + settings.link().timing().shutdownTimeout().toNanos();
    while (held.count() > 0
        && link.state() instanceof LinkState.Up
        && deadline > System.nanoTime()) {
      java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    var closed = new CompletableFuture<Void>();
    loop.later(
        () -> link.close().subscribe().with(closed::complete, closed::completeExceptionally));
    closed.completeOnTimeout(null, 3, TimeUnit.SECONDS).join();
  }

  @Override
  public String name() {
    return settings.link().channel();
  }

  @Override
  public boolean reported() {
    return settings.health();
  }

  @Override
  public Verdict started() {
    return link.everUp() ? Verdict.GOOD : link.state().ready();
  }

  @Override
  public Verdict ready() {
    var connected = link.state().ready();
    var oldest = held.oldest(System.nanoTime());
    if (connected.good() && isStuck(oldest)) {
      return Verdict.bad("the application holds a message for " + oldest.toSeconds() + " s");
    }
    return connected;
  }

  private boolean isStuck(Duration oldest) {
    return !settings.stuckAfter().isZero() && oldest.compareTo(settings.stuckAfter()) > 0;
  }

  @Override
  public Verdict alive() {
    return link.state().alive();
  }
}
