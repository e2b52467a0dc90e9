package io.muster.ingest.endpoint.limits;

import io.muster.ingest.endpoint.LimitsConfig;

/**
 * What those who share something may use together; 0 is no limit.
 *
 * @param connections at a time
 * @param messagesPerSecond averaged
 * @param bytesPerSecond averaged
 * @param inFlightMessages on their way to the store
 * @param inFlightBytes on their way to the store
 * @param subscriptions at a time
 */
record PoolLimits(
    int connections,
    long messagesPerSecond,
    long bytesPerSecond,
    long inFlightMessages,
    long inFlightBytes,
    long subscriptions) {

  static PoolLimits of(LimitsConfig.Tenant tenant, long memoryBytes) {
    return new PoolLimits(
        tenant.connections(),
        tenant.messagesPerSecond(),
        tenant.bytesPerSecond(),
        tenant.inFlightMessages(),
        tenant.inFlightBytes().orElse(memoryBytes),
        tenant.subscriptions());
  }

  static PoolLimits of(LimitsConfig.Total total, long memoryBytes) {
    return new PoolLimits(
        0,
        total.messagesPerSecond(),
        total.bytesPerSecond(),
        total.inFlightMessages(),
        total.inFlightBytes().orElse(memoryBytes),
        total.subscriptions());
  }
}
