package io.muster.mqtt;

import io.muster.mqtt.Meters.Event;
import io.muster.mqtt.Meters.Figure;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.OutgoingMessageMetadata;
import java.util.concurrent.Flow;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/** One outgoing channel: takes as many messages as its window holds, and settles each. */
final class OutboundChannel implements Flow.Subscriber<Message<?>>, LinkListener, Channel {
  private static final Logger LOG = Logger.getLogger(OutboundChannel.class);

  private final OutboundSettings settings;
  private final Loop loop;
  private final Meters meters;
  private final Link link;
  private final PublishFactory publishes;
  private final Outbox outbox;
  private Flow.Subscription upstream;
  private volatile String upstreamFailure;

  OutboundChannel(OutboundSettings settings, Loop loop) {
    this.settings = settings;
    this.loop = loop;
    this.meters = Meters.of(name());
    this.link = new Link(settings.link(), loop, this, meters);
    this.publishes = new PublishFactory(settings, Tracing.of(settings.tracing()));
    this.outbox = new Outbox(settings.lossAllowed(), meters, this::settled);
    meters.gauge(Figure.INFLIGHT, outbox, Outbox::size);
    meters.gauge(Figure.UP, link, one -> one.state().ready().good() ? 1 : 0);
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    loop.run(
        () -> {
          upstream = subscription;
          link.start();
          subscription.request(settings.maxInflight());
        });
  }

  @Override
  public void onNext(Message<?> message) {
    Outbox.Entry entry;
    try {
      // Here and not on the loop: the sender's trace may be the current one of this thread.
      entry = new Outbox.Entry(message, publishes.publish(message));
    } catch (RuntimeException unsendable) {
      loop.later(() -> refuse(message, unsendable));
      return;
    }
    // Never at once, even on the loop: a message from another thread may be on its way there.
    loop.later(() -> outbox.add(entry));
  }

  @Override
  public void onError(Throwable failure) {
    LOG.errorf(failure, "channel %s: its stream of messages failed", name());
    upstreamFailure = "the stream of messages failed: " + Reasons.of(failure);
  }

  @Override
  public void onComplete() {
    LOG.debugf("channel %s: its stream of messages is complete", name());
  }

  @Override
  public void opening(Connection connection) {}

  @Override
  public Uni<Void> opened(Connection connection, boolean sessionPresent) {
    outbox.sendOver(connection);
    return Uni.createFrom().voidItem();
  }

  @Override
  public void lost(Connection connection, Throwable cause) {
    outbox.pause(cause);
  }

  private void refuse(Message<?> message, Throwable reason) {
    LOG.warnf("channel %s: a message cannot be sent: %s", name(), Reasons.of(reason));
    meters.count(Event.REFUSED);
    settled(message, new Outbox.Refused(reason));
  }

  private void settled(Message<?> message, Outbox.Result result) {
    switch (result) {
      case Outbox.Sent sent -> {
        OutgoingMessageMetadata.setResultOnMessage(message, sent.answer());
        message.ack();
      }
      case Outbox.Refused refused -> message.nack(refused.reason());
    }
    if (upstream != null) {
      upstream.request(1);
    }
  }

  /** Gives the messages on their way a moment, nacks the rest, ends the connection. Blocks. */
  @Override
  public void stop() {
    loop.later(
        () -> {
          if (upstream != null) {
            upstream.cancel();
            upstream = null;
          }
        });
    Grace.whilst(
        () -> outbox.size() > 0 && link.state() instanceof LinkState.Up,
        settings.link().timing().shutdownTimeout());
    Grace.last(
        loop,
        () -> {
          outbox.refuseAll(new IllegalStateException("the application stops"));
          return link.close();
        });
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
    return upstreamFailure == null ? link.state().ready() : Verdict.bad(upstreamFailure);
  }

  @Override
  public Verdict alive() {
    return upstreamFailure == null ? link.state().alive() : Verdict.bad(upstreamFailure);
  }
}
