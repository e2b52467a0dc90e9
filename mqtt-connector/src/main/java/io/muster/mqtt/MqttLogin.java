package io.muster.mqtt;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a client proves itself with at CONNECT.
 *
 * @param username the MQTT user name, null for none
 * @param password the MQTT password, a copy is kept; null for none
 */
public record MqttLogin(String username, byte[] password) {
  /** Nothing to prove: neither user name nor password is sent. */
  public static final MqttLogin NONE = new MqttLogin(null, null);

  public MqttLogin {
    password = password == null ? null : password.clone();
  }

  @Override
  public byte[] password() {
    return password == null ? null : password.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MqttLogin login
        && Objects.equals(username, login.username)
        && Arrays.equals(password, login.password);
  }

  @Override
  public int hashCode() {
    return Objects.hash(username, Arrays.hashCode(password));
  }

  /** Never shows the password. */
  @Override
  public String toString() {
    return "MqttLogin[username=" + username + "]";
  }
}
