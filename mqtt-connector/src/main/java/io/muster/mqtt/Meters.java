package io.muster.mqtt;

import java.util.function.ToDoubleFunction;

/** Counts what a channel does; any thread. */
interface Meters {
  void connected();

  void disconnected();

  void count(Event event);

  /** Shows a figure of the channel, read when someone looks. */
  <T> void gauge(Figure figure, T source, ToDoubleFunction<T> value);

  /** Takes the channel's metrics away. */
  void close();

  /** What is counted, by its metric's name; each has the tag {@code channel}. */
  enum Event {
    RECEIVED("muster.mqtt.received", "Messages given to the application, retries not counted"),
    ACKNOWLEDGED("muster.mqtt.acknowledged", "Messages acknowledged at the broker"),
    LATE("muster.mqtt.late", "Settled after their connection was lost: delivered once more"),
    RETRIED("muster.mqtt.retried", "Nacked messages given to the application again"),
    DEAD_LETTERED("muster.mqtt.dead.lettered", "Messages that went to the dead letters"),
    IGNORED("muster.mqtt.ignored", "Nacked messages acknowledged nevertheless, by configuration"),
    REDELIVERED("muster.mqtt.redelivered", "Reconnections to have messages delivered again"),
    UNMATCHED("muster.mqtt.unmatched", "Messages of a former topic filter, acknowledged unseen"),
    TOO_LARGE("muster.mqtt.too.large", "Messages above max-payload-size"),
    SENT("muster.mqtt.sent", "Messages that the broker acknowledged"),
    NO_SUBSCRIBERS("muster.mqtt.no.subscribers", "Accepted by the broker, but nobody subscribes"),
    REFUSED("muster.mqtt.refused", "Messages that could not be sent and were nacked"),
    RESENT("muster.mqtt.resent", "Messages sent again after a reconnection");

    private final String metric;
    private final String description;

    Event(String metric, String description) {
      this.metric = metric;
      this.description = description;
    }

    String metric() {
      return metric;
    }

    String description() {
      return description;
    }
  }

  /** What is shown as a gauge, by its metric's name; each has the tag {@code channel}. */
  enum Figure {
    HELD("muster.mqtt.held", "Messages that the application has not settled"),
    OLDEST_HELD("muster.mqtt.oldest.held.seconds", "How long the oldest of them is held"),
    WAITING("muster.mqtt.waiting", "Received messages that the application has not asked for"),
    INFLIGHT("muster.mqtt.inflight", "Messages on their way to the broker"),
    UP("muster.mqtt.up", "1 while connected, else 0");

    private final String metric;
    private final String description;

    Figure(String metric, String description) {
      this.metric = metric;
      this.description = description;
    }

    String metric() {
      return metric;
    }

    String description() {
      return description;
    }
  }

  /** Micrometer's where it is there, else none. */
  static Meters of(String channel) {
    return Optionals.present("io.micrometer.core.instrument.Metrics")
        ? new MicrometerMeters(channel)
        : new NoMeters();
  }
}
