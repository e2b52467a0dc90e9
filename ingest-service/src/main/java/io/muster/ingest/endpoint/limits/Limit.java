package io.muster.ingest.endpoint.limits;

import java.util.Locale;

/** A limit that somebody may reach; in metrics by its {@link #label}. */
public enum Limit {
  /** Messages or bytes a second of a device. */
  DEVICE_RATE,
  /** Of a tenant, by a device that uses more than its share. */
  TENANT_RATE,
  /** Of all, by a device that uses more than its share of its tenant's. */
  TOTAL_RATE,
  /** Messages or bytes on their way to the store. */
  DEVICE_IN_FLIGHT,
  TENANT_IN_FLIGHT,
  TOTAL_IN_FLIGHT,
  /** Bytes of large packets that have not come whole. */
  TOTAL_GATHERING,
  CONNECTION_SUBSCRIPTIONS,
  DEVICE_SUBSCRIPTIONS,
  TENANT_SUBSCRIPTIONS,
  TOTAL_SUBSCRIPTIONS;

  /** What is done about it. */
  public enum Answer {
    /** The connection is not read for a while. */
    SLOWED,
    /** A message or subscription is refused. */
    REFUSED,
    /** A message at QoS 0 is dropped. */
    DROPPED;

    String label() {
      return Limit.label(this);
    }
  }

  public String label() {
    return label(this);
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
