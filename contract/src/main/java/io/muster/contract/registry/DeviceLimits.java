package io.muster.contract.registry;

/**
 * What a tenant allows each of its devices.
 *
 * @param messagesPerSecond averaged; a burst of ten seconds' worth passes
 * @param payloadBytes the largest payload that is kept
 */
public record DeviceLimits(int messagesPerSecond, int payloadBytes) {
  public DeviceLimits {
    if (messagesPerSecond < 1 || payloadBytes < 1) {
      throw new IllegalArgumentException("limits are at least 1");
    }
  }
}
