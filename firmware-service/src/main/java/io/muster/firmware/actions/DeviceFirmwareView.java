package io.muster.firmware.actions;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.event.InstalledEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How a device stands with its firmware.
 *
 * @param polledAt when it last asked, give or take ten seconds; null: never
 * @param attributes what it said of itself
 * @param current what it is to get now, without its history, or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "DeviceFirmware")
record DeviceFirmwareView(
    Instant polledAt,
    boolean autoConfirm,
    Map<String, Object> attributes,
    Instant attributesAt,
    List<InstalledEvent.Module> installed,
    ActionView current) {}
