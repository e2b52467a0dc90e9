package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;

/**
 * An event that ingest itself tells the others, {@code platform/ingest/{event}/{tenant}/{device}};
 * it goes out as a CloudEvent.
 *
 * @param event {@code session/connected}, {@code session/disconnected}, {@code delivered}
 * @param device whom it is about
 * @param data a record of the contract that is written as the event's {@code data}
 */
public record Announcement(String event, DeviceAddress device, Object data) {}
