package io.muster.firmware.manifest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** With what manifests are signed. */
@ConfigMapping(prefix = "muster.firmware.manifest")
interface ManifestConfig {

  /**
   * The private key, PKCS #8 in PEM, ECDSA on P-256, the same for all instances. Made at the first
   * start where there is none, readable by this user alone.
   */
  @WithDefault("manifest.key")
  Path keyFile();

  /** How long a device may act on a manifest. */
  @WithDefault("7D")
  @DurationMin(minutes = 1)
  Duration validFor();
}
