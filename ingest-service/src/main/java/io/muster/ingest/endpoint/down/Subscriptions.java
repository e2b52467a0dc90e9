package io.muster.ingest.endpoint.down;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.TopicFilter;
import io.muster.ingest.endpoint.limits.SubscriptionQuota;
import io.muster.ingest.sessions.StoredSubscription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one connection is subscribed to. On its event loop. */
final class Subscriptions {

  /**
   * @param about whose downward topics the filter stays within
   * @param qos granted, 0 to 2
   * @param identifier MQTT 5 subscription identifier, or 0
   */
  record Subscription(TopicFilter filter, DeviceAddress about, int qos, int identifier) {
    StoredSubscription stored() {
      return new StoredSubscription(filter.value(), qos, identifier);
    }
  }

  /**
   * What of the subscriptions wants a topic name.
   *
   * @param qos the greatest granted
   * @param identifiers of all that match (MQTT 5 §3.3.4)
   */
  record Match(int qos, List<Integer> identifiers) {}

  private final Map<String, Subscription> byFilter = new LinkedHashMap<>();

  void put(Subscription subscription) {
    byFilter.put(subscription.filter().value(), subscription);
  }

  Subscription remove(String filter) {
    return byFilter.remove(filter);
  }

  /** Removes those about a device, and says which. */
  List<Subscription> removeAbout(DeviceAddress device) {
    var about = byFilter.values().stream().filter(it -> it.about().equals(device)).toList();
    about.forEach(it -> byFilter.remove(it.filter().value()));
    return about;
  }

  boolean has(String filter) {
    return byFilter.containsKey(filter);
  }

  boolean anyAbout(DeviceAddress device) {
    return byFilter.values().stream().anyMatch(it -> it.about().equals(device));
  }

  /** For how many they count: {@link SubscriptionQuota#weight}. */
  int weight() {
    int weight = 0;
    for (var filter : byFilter.keySet()) {
      weight += SubscriptionQuota.weight(filter);
    }
    return weight;
  }

  List<Subscription> all() {
    return List.copyOf(byFilter.values());
  }

  List<StoredSubscription> stored() {
    return byFilter.values().stream().map(Subscription::stored).toList();
  }

  /** Null when none matches; overlapping subscriptions get a message once. */
  Match match(String topicName) {
    int qos = -1;
    List<Integer> identifiers = List.of();
    for (var subscription : byFilter.values()) {
      if (!subscription.filter().matches(topicName)) {
        continue;
      }
      qos = Math.max(qos, subscription.qos());
      if (subscription.identifier() != 0) {
        identifiers = identifiers.isEmpty() ? new ArrayList<>(1) : identifiers;
        identifiers.add(subscription.identifier());
      }
    }
    return qos < 0 ? null : new Match(qos, identifiers);
  }
}
