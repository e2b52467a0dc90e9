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
import java.util.Map;
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
  private final Map<Key, Entry> entries = new LinkedHashMap<>();
  private volatile int size;
  private UnicastProcessor<Mqtt5Publish> sending;
  private Disposable answers;

  /** A message and its PUBLISH. */
  static final class Entry {
    private final Message<?> message;
    private final Mqtt5Publish publish;
    private boolean sentBefore;

    Entry(Message<?> message, Mqtt5Publish publish) {
      this.message = message;
      this.publish = publish;
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
    if (sending != null) {
      send(entry);
    }
  }

  /** Sends everything over a fresh connection, and from now on what is added. */
  void sendOver(Connection connection) {
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
    List.copyOf(entries.values()).forEach(this::send);
  }

  /** The connection is over: what it did not answer is sent again over the next one. */
  void pause() {
    if (answers != null) {
      answers.dispose();
    }
    answers = null;
    sending = null;
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
      settled.accept(entry.message, failure == null ? sent(result) : refused(failure));
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
