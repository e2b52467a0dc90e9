package io.muster.ingest.endpoint.packets;

/**
 * How large packets may be.
 *
 * @param packetBytes a PUBLISH with its header, as announced to MQTT 5 clients
 * @param connectBytes a CONNECT: more than that a stranger may not have kept
 * @param controlBytes any other packet
 * @param topicBytes a topic name; those of devices are far shorter
 * @param userProperties in one packet
 * @param filters in one SUBSCRIBE or UNSUBSCRIBE
 */
public record PacketLimits(
    int packetBytes,
    int connectBytes,
    int controlBytes,
    int topicBytes,
    int userProperties,
    int filters) {}
