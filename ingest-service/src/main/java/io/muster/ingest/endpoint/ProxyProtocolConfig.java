package io.muster.ingest.endpoint;

import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Load balancers in front of the endpoint, which name their clients in PROXY headers. */
public interface ProxyProtocolConfig {
  /** Whether connections begin with a PROXY header. */
  enum Mode {
    OFF,
    REQUIRED
  }

  /**
   * {@code off}, or {@code required}: on every port each connection comes from a trusted proxy and
   * begins with a header of version 2; any other is closed.
   */
  @WithParentName
  @WithDefault("off")
  Mode mode();

  /** From where proxies connect: addresses and networks, as 10.1.0.0/16 or fd00::/8. */
  Optional<List<String>> trusted();

  /** How long a proxy may take to send its header. */
  @WithDefault("5s")
  Duration timeout();

  /** The longest header, with what the proxy adds to it. */
  @WithDefault("2048")
  @Min(232) @Max(16_384) int maxBytes();
}
