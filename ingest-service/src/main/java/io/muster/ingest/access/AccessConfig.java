package io.muster.ingest.access;

import io.muster.rest.answers.AnswerConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Asking the registry who may connect. */
@ConfigMapping(prefix = "muster.access")
public interface AccessConfig extends AnswerConfig {

  /** Where the registry is: {@code http://host:port} or {@code https://host:port}. */
  @NotNull URI registryUrl();

  /** PEM file of the authorities that may vouch for the registry; the JDK's when absent. */
  Optional<Path> registryCaFile();

  /** File with this service's token; read again when it is used. */
  @NotNull Path serviceTokenFile();

  /** The most clients whose answers are remembered; about 500 bytes each. */
  @WithDefault("100000")
  @Min(1) int cachedCredentials();

  /** The most devices whose existence and gateway are remembered; about 300 bytes each. */
  @WithDefault("100000")
  @Min(1) int cachedDevices();

  /** How long a request may wait for its turn, and then again for the registry's answer. */
  @WithDefault("3s")
  @DurationMin(millis = 10)
  Duration requestTimeout();

  /** How long a TCP (and TLS) connection to the registry may take. */
  @WithDefault("1s")
  @DurationMin(millis = 10)
  Duration connectTimeout();

  /** The most requests at a time. */
  @WithDefault("32")
  @Min(1) @Max(1_000) int concurrentRequests();

  /** The most requests that wait for their turn; beyond it the answer is that nobody can tell. */
  @WithDefault("5000")
  @Min(0) int waitingRequests();

  /**
   * How often the registry's log is read; withdrawals have their effect after that at the latest.
   */
  @WithDefault("2s")
  @DurationMin(millis = 10)
  @DurationMax(seconds = 4)
  Duration logPollInterval();

  /**
   * How long following the registry's log may show no sign of life before the service counts as
   * stuck; many times {@link #requestTimeout()}.
   */
  @WithDefault("2m")
  @DurationMin(seconds = 1)
  Duration stuckAfter();
}
