package io.muster.mqtt;

import com.hivemq.client.mqtt.exceptions.MqttEncodeException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import io.muster.mqtt.Meters.Event;
import io.reactivex.disposables.Disposable;
import io.reactivex.processors.UnicastProcessor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiConsumer;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * The messages on their way, in order. They stay until the broker has answered, and are sent again
 * in that order over the next connection. On the channel's loop alone, but for {@link #size()}.
 */
final class Outbox {
  private final boolean lossAllowed;
  private final Meters meters;
  private final BiConsumer<Message<?>, Result> settled;
  private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>();
  private volatile int size;
  private UnicastProcessor<Mqtt5Publish> sending;
  private Disposable answers;
  private int underWay;

  /** So many messages at the front may be one that makes the broker end the connection. */
  private int suspects;

  /** A message and its PUBLISH. */
  static final class Entry {
    private final Message<?> message;
    private final Mqtt5Publish publish;
    private final Lifetime lifetime;
    private boolean sentBefore;

    Entry(Message<?> message, Mqtt5Publish publish) {
      this(message, publish, Lifetime.of(publish, System.nanoTime()));
    }

    Entry(Message<?> message, Mqtt5Publish publish, Lifetime lifetime) {
      this.message = message;
      this.publish = publish;
      this.lifetime = lifetime;
    }

    Mqtt5Publish publish() {
      return publish;
    }

    /** The same with what is left of its life; null when nothing is, and it was never sent. */
    Entry aged(long nowNanos) {
      if (lifetime == null) {
        return this;
      }
      if (lifetime.isOver(nowNanos) && !sentBefore) {
        return null;
      }
      var left = publish.extend().messageExpiryInterval(lifetime.secondsLeft(nowNanos)).build();
      var aged = new Entry(message, left, lifetime);
      aged.sentBefore = sentBefore;
      return aged;
    }
  }

  /** The PUBLISH object itself, not what it says: two messages may say the same. */
  private record Key(Mqtt5Publish publish) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && key.publish == publish;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(publish);
    }
  }

  /** How a message ended. */
  sealed interface Result {}

  record Sent(MqttSent answer) implements Result {}

  record Refused(Throwable reason) implements Result {}

  Outbox(boolean lossAllowed, Meters meters, BiConsumer<Message<?>, Result> settled) {
    this.lossAllowed = lossAllowed;
    this.meters = meters;
    this.settled = settled;
  }

  int size() {
    return size;
  }

  void add(Entry entry) {
    entries.put(new Key(entry.publish), entry);
    size = entries.size();
    if (sending != null && suspects == 0) {
      send(entry);
    }
  }

  /** Sends everything over a fresh connection, and from now on what is added. */
  void sendOver(Connection connection) {
    age();
    sending = UnicastProcessor.create();
    answers =
        connection
            .client()
            .publish(sending)
            .subscribe(
                this::answered,
                over -> {
                  // The link learns of the end of the connection itself.
                });
    entries.values().stream().limit(suspects > 0 ? 1 : Long.MAX_VALUE).toList().forEach(this::send);
  }

  /** Time has passed: takes it off what has an expiry (MQTT 5 §3.3.2.3.3). */
  private void age() {
    var now = System.nanoTime();
    var before = List.copyOf(entries.values());
    entries.clear();
    for (var entry : before) {
      var aged = entry.aged(now);
      if (aged == null) {
        var expired = new MessageExpiredException(entry.publish.getTopic().toString());
        settled.accept(entry.message, refused(expired));
      } else {
        entries.put(new Key(aged.publish), aged);
      }
    }
    size = entries.size();
  }

  /**
   * The connection is over: what it did not answer is sent again over the next one. When the broker
   * ended it because of a message, it does not say of which. So they go one at a time, until the
   * culprit is alone when it happens again; that one is refused instead of sent for ever.
   *
   * @param cause why; null when it was ended on purpose
   */
  void pause(Throwable cause) {
    if (answers != null) {
      answers.dispose();
    }
    answers = null;
    sending = null;
    if (underWay > 0 && Blame.isOnMessage(cause)) {
      if (suspects > 0 && underWay == 1) {
        suspects--;
        refuseFirst(cause);
      } else {
        suspects = underWay;
      }
    }
    underWay = 0;
  }

  private void refuseFirst(Throwable cause) {
    var first = entries.pollFirstEntry();
    size = entries.size();
    settled.accept(first.getValue().message, refused(cause));
  }

  void refuseAll(Throwable reason) {
    var left = List.copyOf(entries.values());
    entries.clear();
    size = 0;
    left.forEach(entry -> settled.accept(entry.message, new Refused(reason)));
  }

  private void send(Entry entry) {
    if (entry.sentBefore) {
      meters.count(Event.RESENT);
    }
    entry.sentBefore = true;
    underWay++;
    sending.onNext(entry.publish);
  }

  private void answered(Mqtt5PublishResult result) {
    var failure = result.getError().orElse(null);
    if (failure != null && !isFinal(failure)) {
      // The connection broke; the link will come back with another one.
      return;
    }
    var entry = entries.remove(new Key(result.getPublish()));
    if (entry != null) {
      size = entries.size();
      underWay--;
      settled.accept(entry.message, failure == null ? sent(result) : refused(failure));
      cleared();
    }
  }

  /** One suspect less; after the last one all that waited go together. */
  private void cleared() {
    if (suspects > 0 && sending != null) {
      suspects--;
      var next = entries.values().stream().limit(suspects > 0 ? 1 : Long.MAX_VALUE).toList();
      next.forEach(this::send);
    }
  }

  /** Whether sending the same message again would fail again. */
  private static boolean isFinal(Throwable failure) {
    return failure instanceof Mqtt5PubAckException
        || failure instanceof Mqtt5PubRecException
        || failure instanceof MqttEncodeException;
  }

  private Result sent(Mqtt5PublishResult result) {
    var publish = result.getPublish();
    var topic = publish.getTopic().toString();
    var subscribers = Answers.subscribers(result);
    if (!subscribers) {
      meters.count(Event.NO_SUBSCRIBERS);
      if (!lossAllowed) {
        return refused(new NoSubscribersException(topic));
      }
    }
    meters.count(Event.SENT);
    return new Sent(new MqttSent(topic, publish.getQos(), subscribers));
  }

  private Result refused(Throwable failure) {
    meters.count(Event.REFUSED);
    return new Refused(failure);
  }
}
