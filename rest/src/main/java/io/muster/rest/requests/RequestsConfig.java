package io.muster.rest.requests;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import java.util.Optional;

/** What a request may be like, and whose it is. */
@ConfigMapping(prefix = "muster.requests")
public interface RequestsConfig {
  /**
   * How long a body may be. One that says that it is longer is refused before it is read, one that
   * does not say so, being chunked, as soon as more of it has come; with 413 both.
   */
  @WithDefault("65536")
  @Min(1024) @Max(1_048_576) int maxBodyBytes();

  /**
   * Which paths take bodies without an end in sight: a regular expression that fits the whole path.
   * They are read as streams, which have limits of their own; the server's {@code
   * quarkus.http.limits.max-body-size} is theirs.
   */
  Optional<String> streamedPaths();

  /**
   * How many requests may be under way at once, those that wait for something among them; as many
   * again of services, and health and metrics are not counted. More are answered 503 at once, with
   * Retry-After: each takes some 20 KiB, and what is asked faster than it is answered would fill
   * the memory.
   */
  @WithDefault("1500")
  @Min(1) int mostAtOnce();

  /**
   * How long the bodies of those may be together, of those above 16 KiB, and the same for services;
   * one that does not say how long it is counts as the longest. More are answered 503 at once.
   */
  @WithDefault("16777216")
  @Min(65_536) long mostBodyBytesAtOnce();

  /**
   * Which paths give downloads, that take as long as their clients are slow: a regular expression
   * that fits the whole path. They have a room of their own, so that they keep out nobody else.
   */
  Optional<String> downloadPaths();

  /**
   * How many of those may be under way at once. More are answered 503 at once, with Retry-After:
   * each takes some 50 KiB.
   */
  @WithDefault("4000")
  @Min(1) int mostDownloadsAtOnce();

  /**
   * From where proxies connect that say for whom they ask: addresses and networks, as 10.1.0.0/16.
   * From nobody else such a header is looked at. The client is the last address in it that is none
   * of these: it is in the audit, and failures are counted for it.
   */
  Optional<List<String>> trustedProxies();

  /**
   * Which header that is: {@code x-forwarded-for}, or {@code forwarded} (RFC 7239). The other one
   * is never looked at, since a proxy that does not write it hands on what a client has written.
   */
  @WithDefault("x-forwarded-for")
  ForwardedHeader forwardedHeader();
}
