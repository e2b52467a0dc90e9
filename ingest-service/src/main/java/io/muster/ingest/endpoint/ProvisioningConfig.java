package io.muster.ingest.endpoint;

import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** Devices that are nobody yet and ask for an identity. How often they may, the registry says. */
public interface ProvisioningConfig {

  /** How many may be connected; the next is refused with 0x97. */
  @WithDefault("1000")
  @Min(0) @Max(100_000) int most();

  /** How many of these with one claim token; the next is refused with 0x97. */
  @WithDefault("500")
  @Min(1) int mostPerClaim();

  /** How many of these from one IPv4 address or one /64 of IPv6; a factory has perhaps one. */
  @WithDefault("500")
  @Min(1) int mostPerAddress();

  /** How long one may stay; then it connects again, or as the device that it has become. */
  @WithDefault("5m")
  @DurationMin(seconds = 1)
  Duration stay();

  /** How many packets it may send meanwhile; the next ends it with 0x97. */
  @WithDefault("200")
  @Min(4) int packets();

  /** The largest request; a larger one ends it with 0x95. */
  @WithDefault("16384")
  @Min(1_024) @Max(32_768) int payloadBytes();
}
