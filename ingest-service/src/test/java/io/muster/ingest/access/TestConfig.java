package io.muster.ingest.access;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Configuration for tests: the defaults, with little room. */
record TestConfig(
    URI registryUrl, Path serviceTokenFile, Duration requestTimeout, int concurrentRequests)
    implements AccessConfig {

  static TestConfig at(URI registryUrl, Path serviceTokenFile) {
    return at(registryUrl, serviceTokenFile, Duration.ofSeconds(30));
  }

  static TestConfig at(URI registryUrl, Path serviceTokenFile, Duration requestTimeout) {
    return new TestConfig(registryUrl, serviceTokenFile, requestTimeout, 4);
  }

  /** For a registry that is no HTTP server. */
  static TestConfig inMemory() {
    return at(URI.create("http://registry.invalid"), Path.of("no-such-token"));
  }

  @Override
  public Optional<Path> registryCaFile() {
    return Optional.empty();
  }

  @Override
  public Duration freshFor() {
    return Duration.ofSeconds(60);
  }

  @Override
  public Duration staleFor() {
    return Duration.ofHours(1);
  }

  @Override
  public Duration refusedFor() {
    return Duration.ofSeconds(2);
  }

  @Override
  public Duration recheckAfter() {
    return Duration.ofSeconds(5);
  }

  @Override
  public int cachedCredentials() {
    return 1_000;
  }

  @Override
  public int cachedDevices() {
    return 1_000;
  }

  @Override
  public Duration connectTimeout() {
    return Duration.ofSeconds(30);
  }

  @Override
  public int waitingRequests() {
    return 10;
  }

  @Override
  public Duration stuckAfter() {
    return Duration.ofMinutes(2);
  }

  @Override
  public Duration logPollInterval() {
    return Duration.ofMillis(20);
  }
}
