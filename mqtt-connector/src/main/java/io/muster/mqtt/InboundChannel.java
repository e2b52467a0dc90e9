package io.muster.mqtt;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import io.muster.mqtt.Meters.Event;
import io.muster.mqtt.Meters.Figure;
import io.smallrye.mutiny.Uni;
import java.nio.Buffer;
import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/** One incoming channel: receives on a link and gives out through a stream. */
final class InboundChannel implements Flow.Publisher<Message<?>>, LinkListener, Channel {
  private static final Logger LOG = Logger.getLogger(InboundChannel.class);

  private final InboundSettings settings;
  private final Loop loop;
  private final Meters meters;
  private final Link link;
  private final Subscriptions subscriptions;
  private final InboundStream stream;
  private final Settling settling;
  private final FailureStrategy failures;
  private final SecondResume secondResume;
  private final AtomicBoolean subscribed = new AtomicBoolean();
  private Arrivals arrivals;
  private boolean unwantedTold;

  InboundChannel(InboundSettings settings, Loop loop) {
    this.settings = settings;
    this.loop = loop;
    this.meters = Meters.of(name());
    this.link = new Link(settings.link(), loop, this, meters);
    this.subscriptions =
        new Subscriptions(settings.subscription(), loop, settings.link().timing().connectTimeout());
    this.stream = new InboundStream(loop, this::message);
    this.failures = FailureStrategy.of(settings, loop, link, meters, this::end);
    this.settling = new Settling(settings, loop, meters, failures, stream::retry);
    this.secondResume =
        new SecondResume(
            name(),
            loop,
            link,
            settings.resumeAgainAfter(),
            () -> stream.waiting() + settling.held().count() > 0);
    show(settling.held());
  }

  private void show(Held held) {
    meters.gauge(Figure.HELD, held, Held::count);
    meters.gauge(Figure.OLDEST_HELD, held, all -> all.oldest().toMillis() / 1000.0);
    meters.gauge(Figure.WAITING, stream, InboundStream::waiting);
    meters.gauge(Figure.UP, link, one -> one.state().ready().good() ? 1 : 0);
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Message<?>> subscriber) {
    if (!subscribed.compareAndSet(false, true)) {
      // Two consumers would both settle the same messages.
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
    unwantedTold = false;
    arrivals = new Arrivals(connection, settings.link().session().receiveMaximum(), this::arrived);
    connection.client().publishes(MqttGlobalPublishFilter.ALL, true).subscribe(arrivals);
  }

  @Override
  public Uni<Void> opened(Connection connection, boolean sessionPresent) {
    secondResume.opened(connection, sessionPresent);
    return subscriptions.establish(connection, sessionPresent);
  }

  @Override
  public void lost(Connection connection, Throwable cause) {
    stream.clear();
    arrivals.cancel();
    if (cause != null) {
      secondResume.lost();
    }
  }

  private void arrived(Delivery delivery) {
    var publish = delivery.publish();
    var payloadBytes = publish.getPayload().map(Buffer::remaining).orElse(0);
    if (!settings.subscription().wants(publish.getTopic())) {
      arrivals.oneMore();
      unwanted(delivery);
    } else if (payloadBytes > settings.maxPayloadBytes()) {
      arrivals.oneMore();
      meters.count(Event.TOO_LARGE);
      var reason = new PayloadTooLargeException(payloadBytes, settings.maxPayloadBytes());
      failures.handle(delivery, reason).subscribe().with(ignored -> {});
    } else {
      stream.offer(delivery);
    }
  }

  /** The session still has a subscription of an earlier configuration. */
  private void unwanted(Delivery delivery) {
    // Once for each connection: a former filter may be a busy one.
    LOG.logf(
        unwantedTold ? Logger.Level.DEBUG : Logger.Level.WARN,
        "channel %s: acknowledged a message on %s unseen: no topic filter matches, the session has"
            + " an older subscription; name it in previous-topics",
        name(),
        delivery.publish().getTopic());
    unwantedTold = true;
    meters.count(Event.UNMATCHED);
    delivery.acknowledge();
  }

  private Message<?> message(Delivery delivery) {
    if (delivery.attempt() == 1) {
      meters.count(Event.RECEIVED);
      arrivals.oneMore();
    }
    return settling.handOut(delivery);
  }

  private void end(Throwable reason) {
    link.fail("ended because a message failed: " + Reasons.of(reason))
        .subscribe()
        .with(ignored -> {});
    stream.fail(reason);
  }

  /** Gives the application a moment to settle what it holds, then ends the connection. Blocks. */
  @Override
  public void stop() {
    loop.later(stream::pause);
    Grace.whilst(
        () -> settling.held().count() > 0 && link.state() instanceof LinkState.Up,
        settings.link().timing().shutdownTimeout());
    Grace.last(loop, link::close);
    meters.close();
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
    if (!connected.good()) {
      return connected;
    }
    var oldest = settling.held().oldest();
    if (isStuck(oldest)) {
      return Verdict.bad("the application holds a message for " + oldest.toSeconds() + " s");
    }
    // What it held when a connection ended is held no more, and waits here after a reconnection.
    var untaken = stream.untaken();
    return isStuck(untaken)
        ? Verdict.bad("the application has taken no message for " + untaken.toSeconds() + " s")
        : Verdict.good(subscriptions.warning());
  }

  private boolean isStuck(Duration time) {
    return !settings.stuckAfter().isZero() && time.compareTo(settings.stuckAfter()) > 0;
  }

  @Override
  public Verdict alive() {
    return link.state().alive();
  }
}
