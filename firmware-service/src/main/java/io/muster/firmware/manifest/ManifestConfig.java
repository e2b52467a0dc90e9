package io.muster.firmware.manifest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/** With what manifests are signed. */
@ConfigMapping(prefix = "muster.firmware.manifest")
interface ManifestConfig {

  /**
   * The first private key, PKCS #8 in PEM, ECDSA on P-256, the same for all instances. Made at the
   * first start where there is none, readable by this user alone.
   */
  @WithDefault("manifest.key")
  Path keyFile();

  /**
   * Where the keys are that were made later, a file for each, the same folder for all instances;
   * without it that of the file.
   */
  Optional<Path> keyFolder();

  /** How long a next key is published before it signs, unless somebody says otherwise. */
  @WithDefault("30D")
  @DurationMin(seconds = 0)
  Duration announcedFor();

  /** How long the keys before it are published after that, unless somebody says otherwise. */
  @WithDefault("90D")
  @DurationMin(minutes = 1)
  Duration keptFor();

  /** How many keys may be published at a time. */
  @WithDefault("8")
  @Min(2) @Max(100) int keys();

  /** How long a device may act on a manifest. */
  @WithDefault("7D")
  @DurationMin(minutes = 1)
  Duration validFor();
}
