package io.muster.registry.tenants;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.registry.DeviceLimits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a tenant may use; what is null is the platform's default.
 *
 * @param devices how many devices it may have
 * @param messagesPerSecond of one device, averaged
 * @param payloadBytes the largest payload that is kept
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "Limits of a tenant; a missing one is the platform's default")
public record TenantLimits(
    @Min(0) @Schema(description = "How many devices the tenant may have") Integer devices,
    @Min(1) @Schema(description = "Messages a second from one device, averaged")
        Integer messagesPerSecond,
    @Min(1) @Max(MAX_PAYLOAD_BYTES) @Schema(description = "Largest payload that is kept")
        Integer payloadBytes) {

  /** MQTT 5 §2.1.4: no packet is larger, and so no payload. */
  public static final int MAX_PAYLOAD_BYTES = 268_435_455;

  /** All of them defaults. */
  static final TenantLimits DEFAULTS = new TenantLimits(null, null, null);

  /** What each device is told, of limits none of which is missing. */
  DeviceLimits ofDevice() {
    return new DeviceLimits(messagesPerSecond, payloadBytes);
  }

  /** The limits that hold. */
  TenantLimits orElse(TenantDefaults defaults) {
    return new TenantLimits(
        devices == null ? defaults.devices() : devices,
        messagesPerSecond == null ? defaults.messagesPerSecond() : messagesPerSecond,
        payloadBytes == null ? defaults.payloadBytes() : payloadBytes);
  }
}
