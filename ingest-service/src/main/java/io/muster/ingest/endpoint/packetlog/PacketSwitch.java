package io.muster.ingest.endpoint.packetlog;

import io.muster.contract.id.DeviceAddress;
import java.time.Duration;

/**
 * That a device's packets are to be written down.
 *
 * @param device whose
 * @param payloads whether the first bytes of payloads are shown
 * @param left for how long from now
 */
public record PacketSwitch(DeviceAddress device, boolean payloads, Duration left) {}
