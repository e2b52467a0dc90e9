package io.muster.rest.bans;

import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;

/**
 * Those who fail to authenticate again and again are refused for a while without a look at what
 * they show.
 */
public interface BansConfig {

  /**
   * Failures of one device from one IPv4 address or one /64 of IPv6 within {@link #window()}, after
   * which it is refused from there; 0 for never. From elsewhere it is still let in, so that a
   * stranger who knows its name cannot keep it out.
   */
  @WithDefault("10")
  @Min(0) int deviceFailures();

  /**
   * Failures from one address within {@link #window()}, whoever it says it is, after which nobody
   * is listened to from there; 0 for never. Who authenticates from there sets it back to none.
   */
  @WithDefault("100")
  @Min(0) int addressFailures();

  /** The time in which failures count together. */
  @WithDefault("1m")
  Duration window();

  /** How long the first ban lasts; each next one lasts twice as long. */
  @WithDefault("1m")
  Duration first();

  /** The longest; after as long without a failure the next ban is a first one again. */
  @WithDefault("15m")
  Duration longest();

  /**
   * Addresses of which failures are remembered; beyond it the one that was quiet for longest is
   * forgotten.
   */
  @WithDefault("10000")
  @Min(1) @Max(1_000_000) int most();

  /**
   * Addresses and networks that are never banned, as 10.0.0.0/8 or 2001:db8::/32: load balancers
   * and others from which many devices come under one address.
   */
  @WithDefault("127.0.0.0/8,::1")
  List<String> never();
}
