package io.muster.firmware.store;

import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/**
 * A bucket that speaks S3. Its credentials come from where AWS' tools look for them: the
 * environment ({@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}), a file, or the machine.
 */
public interface BucketConfig {

  /** Its name; the store is a bucket when it is set. */
  Optional<String> bucket();

  /** Where it is, when that is not AWS. */
  Optional<URI> endpoint();

  /** Its region. */
  @WithDefault("us-east-1")
  String region();

  /**
   * Whether the bucket is in the path and not in the host's name, as most servers but AWS want it.
   */
  @WithDefault("true")
  boolean pathStyle();

  /** What the names of objects begin with, for a bucket that is shared with others. */
  @WithDefault("")
  Optional<String> prefix();

  /** Whether devices are sent to a signed URL of the bucket and do not download from here. */
  @WithDefault("false")
  boolean redirect();

  /** How long such a URL holds. */
  @WithDefault("1H")
  @DurationMin(seconds = 30)
  @DurationMax(days = 7)
  Duration redirectValidFor();

  /**
   * Where a CDN in front of the bucket is: devices are sent to {@code {this}/{name of the object}},
   * unsigned, since a name is the digest and nobody guesses one.
   */
  Optional<URI> cdnUrl();

  /** How long a connection to it may take. */
  @WithDefault("5s")
  @DurationMin(millis = 100)
  Duration connectTimeout();

  /** How long it may say nothing. */
  @WithDefault("30s")
  @DurationMin(millis = 100)
  Duration readTimeout();
}
