package io.muster.ingest.sessions;

import io.muster.contract.message.CarriedProperties;
import io.muster.contract.message.UserProperties;

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
 * @param carried what else is published with it; its expiry is not known yet
 * @param expirySeconds for how long it is of use from its publication, or -1 for ever
 */
public record StoredWill(
    String topic,
    byte[] payload,
    int qos,
    boolean retain,
    String contentType,
    UserProperties userProperties,
    long delaySeconds,
    CarriedProperties carried,
    long expirySeconds) {}
