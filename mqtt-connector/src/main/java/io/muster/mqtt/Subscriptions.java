package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Makes the session at the broker hold exactly the wanted subscriptions. MQTT has no way to list
 * what a session subscribed to, so former filters come from the attribute {@code previous-topics}
 * and from the notes file.
 */
final class Subscriptions {
  private static final Logger LOG = Logger.getLogger(Subscriptions.class);

  private final SubscriptionSettings settings;
  private final Loop loop;
  private final Duration timeout;
  private volatile String warning;

  Subscriptions(SubscriptionSettings settings, Loop loop, Duration timeout) {
    this.settings = settings;
    this.loop = loop;
    this.timeout = timeout;
  }

  /** What people should know about the subscriptions of now; null for nothing. Any thread. */
  String warning() {
    return warning;
  }

  /**
   * Subscribes, also when the session is there already: that changes nothing where nothing changed
   * (MQTT 5 §3.8.4), and mends what is missing. The new filters come before the old ones go, so
   * that no message falls in between.
   *
   * @return fails when the broker refuses any of the filters: a channel that misses one would look
   *     well and never get its messages
   */
  Uni<Void> establish(Connection connection, boolean sessionPresent) {
    return former()
        .chain(former -> subscribe(connection).replaceWith(former))
        .chain(former -> sessionPresent ? unsubscribe(connection, former) : done())
        .chain(this::note)
        .ifNoItem()
        .after(timeout.multipliedBy(2))
        .fail();
  }

  private Uni<Set<MqttTopicFilter>> former() {
    if (settings.notes().isEmpty()) {
      return Uni.createFrom().item(unwanted(Set.of()));
    }
    var file = new TopicsFile(settings.notes().get());
    return loop.blocking(
        () -> {
          var noted = file.read();
          var union = new LinkedHashSet<>(noted);
          union.addAll(settings.filters());
          // Noted before it is subscribed: a crash in between leaves a filter too many, not less.
          file.write(union);
          return unwanted(noted);
        });
  }

  private Set<MqttTopicFilter> unwanted(Set<MqttTopicFilter> noted) {
    var unwanted = new LinkedHashSet<>(settings.previous());
    unwanted.addAll(noted);
    settings.filters().forEach(unwanted::remove);
    return unwanted;
  }

  private Uni<Void> note() {
    var file = settings.notes();
    return file.isEmpty() ? done() : loop.blocking(() -> write(file.get()));
  }

  private Void write(Path file) throws java.io.IOException {
    new TopicsFile(file).write(settings.filters());
    return null;
  }

  private Uni<Void> subscribe(Connection connection) {
    var subscriptions =
        settings.filters().stream()
            .map(
                filter ->
                    Mqtt5Subscription.builder()
                        .topicFilter(filter)
                        .qos(settings.qos())
                        // Retained messages once, not again at each reconnection.
                        .retainHandling(Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST)
                        .build())
            .toList();
    return Rx.uni(
            connection
                .client()
                .subscribe(Mqtt5Subscribe.builder().addSubscriptions(subscriptions).build()))
        .onFailure(Mqtt5SubAckException.class)
        .recoverWithItem(refused -> ((Mqtt5SubAckException) refused).getMqttMessage())
        .onItem()
        .invoke(this::check)
        .replaceWithVoid();
  }

  private void check(Mqtt5SubAck answer) {
    var granted = Granted.of(settings.filters(), settings.qos(), answer.getReasonCodes());
    granted.requireAll();
    warning = granted.warning();
    if (warning != null) {
      LOG.warnf("channel %s: %s", settings.channel(), warning);
    }
  }

  private Uni<Void> unsubscribe(Connection connection, Set<MqttTopicFilter> filters) {
    if (filters.isEmpty()) {
      return done();
    }
    var unsubscribe = Mqtt5Unsubscribe.builder().addTopicFilters(List.copyOf(filters)).build();
    return Rx.uni(connection.client().unsubscribe(unsubscribe))
        .invoke(
            answer ->
                LOG.infof(
                    "channel %s: unsubscribed former topic filters %s: %s",
                    settings.channel(), filters, answer.getReasonCodes()))
        .replaceWithVoid();
  }

  private static Uni<Void> done() {
    return Uni.createFrom().voidItem();
  }
}
