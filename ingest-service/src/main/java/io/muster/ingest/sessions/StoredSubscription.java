package io.muster.ingest.sessions;

/**
 * A subscription as a session keeps it.
 *
 * @param filter the topic filter as the device wrote it
 * @param qos granted, 0 to 2
 * @param identifier MQTT 5 subscription identifier, or 0 for none
 */
public record StoredSubscription(String filter, int qos, int identifier) {}
