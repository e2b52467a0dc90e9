package io.muster.registry.issuing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * The installation's own certificate authority, which renews devices' certificates. Without both
 * files it issues none. They are read at each use, so whoever replaces them replaces the authority:
 * certificates that the one before has issued go on, since each is registered.
 */
@ConfigMapping(prefix = "muster.registry.issuing")
interface IssuingSettings {

  /** Its certificate, PEM; a mounted file. */
  Optional<String> certificateFile();

  /** Its private key, PEM (PKCS #8); a mounted secret. */
  Optional<String> keyFile();

  /** How long a device's certificate holds; never longer than the authority's own. */
  @WithDefault("90D")
  @DurationMin(hours = 1)
  Duration lifetime();

  /** How many a device gets in a minute, from each instance. */
  @WithDefault("20")
  @Min(1) @Max(10_000) int perDeviceAndMinute();
}
