package io.muster.benchmarks.load;

import io.muster.contract.id.DeviceAddress;

/**
 * A device and the secret it connects with.
 *
 * @param device which
 * @param secret goes into the password field; never shown
 */
public record DeviceLogin(DeviceAddress device, String secret) {
  @Override
  public String toString() {
    return "DeviceLogin[" + device + "]";
  }
}
