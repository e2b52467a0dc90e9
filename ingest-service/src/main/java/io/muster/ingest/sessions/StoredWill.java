package io.muster.ingest.sessions;

import java.util.Map;

/**
 * A will that was authorised when its connection began.
 *
 * @param topic the topic name as the device wrote it
 * @param payload never altered
 * @param qos 0 to 2
 * @param retain as sent
 * @param contentType or null
 * @param userProperties never null
 * @param delaySeconds how long after the connection's end it is due
 */
public record StoredWill(
    String topic,
    byte[] payload,
    int qos,
    boolean retain,
    String contentType,
    Map<String, String> userProperties,
    long delaySeconds) {}
