package io.muster.firmware.artifacts;

import io.muster.firmware.store.BucketConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** What may be uploaded, and where it is kept. */
@ConfigMapping(prefix = "muster.firmware.artifacts")
public interface ArtifactConfig {

  /** The folder of the bytes; several instances share it on a file system that has locks. */
  @WithDefault("artifacts")
  Path folder();

  /** How many bytes an artifact may have. */
  @WithDefault("4294967296")
  @Min(1) @Max(17_179_869_184L) long maxBytes();

  /** How many bytes of the volume uploads leave free. */
  @WithDefault("1073741824")
  @Min(0) long mustStayFreeBytes();

  /** How many artifacts a tenant may have. */
  @WithDefault("10000")
  @Min(1) int perTenant();

  /**
   * How many bytes a tenant's artifacts, its uploads under way, and what it deleted and is not
   * swept yet may have together. Uploads that go on at the same time may pass it by 16 MiB each
   * before they are refused.
   */
  @WithDefault("107374182400")
  @Min(1) long bytesPerTenant();

  /** How many uploads a tenant may have under way. */
  @WithDefault("32")
  @Min(1) int uploadsPerTenant();

  /** How many requests this instance takes bytes from at a time; beyond it they get 503. */
  @WithDefault("64")
  @Min(1) int concurrentUploads();

  /** The same for each tenant, so that one that sends slowly leaves room for the others. */
  @WithDefault("16")
  @Min(1) int concurrentUploadsPerTenant();

  /** How long an upload is kept that nobody goes on with. */
  @WithDefault("1D")
  @DurationMin(minutes = 5)
  Duration keepUploadFor();

  /** How often what crashes and absent clients left is removed. */
  @WithDefault("1H")
  @DurationMin(seconds = 1)
  Duration sweepInterval();

  /** A bucket in place of the folder, where uploads grow nevertheless. */
  BucketConfig s3();

  /**
   * How many ranges a download may ask for at a time. SWUpdate's handler of deltas asks for 150
   * unless its image says otherwise, since Apache's server takes 200.
   */
  @WithDefault("200")
  @Min(1) @Max(1_000) int maxRanges();
}
