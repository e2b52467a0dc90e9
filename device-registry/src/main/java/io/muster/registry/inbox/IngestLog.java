package io.muster.registry.inbox;

import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.rest.tls.OwnCertificate;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Asks ingest for pages of its log. Thread-safe. */
@RegisterForReflection(targets = {EventPage.class, OutboxEvent.class})
final class IngestLog {
  private final HttpClient http;
  private final InboxConfig config;
  private final URI url;

  /** Ingest says no, or something else than was asked. */
  static final class IngestAwayException extends RuntimeException {
    IngestAwayException(String message) {
      super(message);
    }
  }

  IngestLog(Vertx vertx, InboxConfig config, URI url) {
    this.config = config;
    this.url = url;
    var options =
        new HttpClientOptions()
            .setSsl("https".equals(url.getScheme()))
            .setConnectTimeout((int) config.timeout().toMillis());
    config
        .ingestCaFile()
        .ifPresent(
            file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
    OwnCertificate.show(options);
    this.http = vertx.createHttpClient(options);
  }

  Uni<EventPage> page(long after, int limit) {
    return Uni.createFrom()
        .item(this::token)
        // Not on an event loop: it is a file.
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
        .chain(token -> http.request(options(after, limit, token)))
        .chain(request -> request.send())
        .chain(IngestLog::read);
  }

  private String token() {
    return config.serviceTokenFile().map(IngestLog::content).orElse("");
  }

  private static String content(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      throw new IngestAwayException("the service token's file cannot be read");
    }
  }

  private RequestOptions options(long after, int limit, String token) {
    var tls = "https".equals(url.getScheme());
    var path = Optional.ofNullable(url.getRawPath()).orElse("");
    return new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setHost(url.getHost())
        .setPort(url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80)
        .setSsl(tls)
        .setURI(path + "/internal/v1/events?after=" + after + "&limit=" + limit)
        .setIdleTimeout(config.timeout().toMillis())
        .putHeader("Authorization", "Bearer " + token)
        .putHeader("Accept", "application/json");
  }

  private static Uni<EventPage> read(HttpClientResponse response) {
    return response
        .body()
        .map(
            body -> {
              if (response.statusCode() != 200) {
                throw new IngestAwayException("answered " + response.statusCode());
              }
              return page(body);
            });
  }

  private static EventPage page(Buffer body) {
    try {
      return ContractJson.mapper().readValue(body.getBytes(), EventPage.class);
    } catch (IOException malformed) {
      // The message may quote the body; only its kind is told.
      throw new IngestAwayException("answered " + malformed.getClass().getSimpleName());
    }
  }

  void close() {
    http.closeAndForget();
  }
}
