package io.muster.mqtt;

import java.util.Objects;

/**
 * One MQTT 5 user property. A name may appear more than once in a message, and order is kept (MQTT
 * 5 §3.3.2.3.7).
 */
public record UserProperty(String name, String value) {
  public UserProperty {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
  }
}
