package io.muster.registry.provisioning;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How devices get an identity. */
@ConfigMapping(prefix = "muster.registry.provisioning")
interface ProvisioningSettings {

  /** How many claim tokens that hold a tenant may have. */
  @WithDefault("100")
  @Min(1) @Max(10_000) int maxClaimTokens();

  /** The longest that a claim token may hold. */
  @WithDefault("365D")
  Duration maxClaimLifetime();

  /** The most devices that one may make. */
  @WithDefault("1000000")
  @Min(1) int maxClaimUses();

  /** How long claim tokens that are over are still shown. */
  @WithDefault("30D")
  Duration claimTokensKept();

  /** How many requests of a tenant may wait for an operator, or were refused. */
  @WithDefault("1000")
  @Min(1) @Max(100_000) int maxRequests();

  /** How many of one piece of hardware. */
  @WithDefault("3")
  @Min(1) @Max(100) int maxRequestsPerHardware();

  /** After which a request that nobody decided about, or that was refused, is forgotten. */
  @WithDefault("30D")
  @DurationMin(hours = 1)
  Duration requestsKept();

  /** How many requests with one claim token are answered in a minute, at one instance. */
  @WithDefault("600")
  @Min(1) @Max(1_000_000) int requestsPerClaimAndMinute();

  /** How many from one address; a factory's devices may all come from one. */
  @WithDefault("600")
  @Min(1) @Max(1_000_000) int requestsPerAddressAndMinute();

  /** How long a proof may live, from now to its {@code exp}. */
  @WithDefault("10M")
  Duration proofLifetime();

  /** How far a device's clock may be off. */
  @WithDefault("60S")
  Duration clockSkew();
}
