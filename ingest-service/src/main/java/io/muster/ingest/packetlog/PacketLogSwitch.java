package io.muster.ingest.packetlog;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What is asked for of a packet log.
 *
 * @param minutes after which it ends by itself; 15 when left out
 * @param payloads whether the first 256 bytes of payloads are shown; not when left out
 */
@RegisterForReflection
@Schema(name = "PacketLogSwitch")
public record PacketLogSwitch(
    @Min(1) @Max(MAX_MINUTES) @Schema(defaultValue = "15") Integer minutes,
    @Schema(defaultValue = "false") Boolean payloads) {
  static final int MAX_MINUTES = 60;
  private static final int DEFAULT_MINUTES = 15;

  public PacketLogSwitch {
    minutes = minutes == null ? Integer.valueOf(DEFAULT_MINUTES) : minutes;
    payloads = payloads != null && payloads;
  }

  static PacketLogSwitch usual() {
    return new PacketLogSwitch(null, null);
  }
}
