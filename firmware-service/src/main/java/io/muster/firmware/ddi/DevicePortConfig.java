package io.muster.firmware.ddi;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMin;

/** The port for devices, which is TLS always. */
@ConfigMapping(prefix = "muster.firmware.tls")
interface DevicePortConfig {

  /** Which address of this machine it listens at; that of the main port unless set. */
  @WithDefault("127.0.0.1")
  String host();

  /** The port; any that is free with 0. */
  @WithDefault("8444")
  @Min(0) @Max(65535) int port();

  /** The server's certificate chain in PEM, with {@code key}; without it the port is closed. */
  Optional<Path> certificate();

  /** Its key: PKCS #8 in PEM, not encrypted. */
  Optional<Path> key();

  /**
   * How many connections there may be at a time, those that have not shaken hands yet among them;
   * one more is closed at once.
   */
  @WithDefault("4000")
  @Min(1) int connections();

  /** How long a handshake may take; whoever says nothing holds a connection as long. */
  @WithDefault("10S")
  @DurationMin(millis = 100)
  Duration handshakeTimeout();

  /** How long the head of a request may be; that of the main port unless set. */
  @WithDefault("16K")
  MemorySize maxHeaderSize();

  /** After how long without a byte a connection is closed; that of the main port unless set. */
  @WithDefault("2M")
  @DurationMin(seconds = 1)
  Duration idleTimeout();
}
