package io.muster.registry.inbox;

import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionPage;
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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Asks a service for pages of its log, and ingest for who is connected. Thread-safe. */
@RegisterForReflection(
    targets = {
      EventPage.class,
      OutboxEvent.class,
      SessionPage.class,
      ConnectedSession.class,
      ConnectedSession.Hearing.class
    })
final class ServiceLog {
  private final HttpClient http;
  private final InboxConfig config;
  private final URI url;

  /** It says no, or something else than was asked. */
  static final class ServiceAwayException extends RuntimeException {
    ServiceAwayException(String message) {
      super(message);
    }
  }

  ServiceLog(Vertx vertx, InboxConfig config, URI url, Optional<Path> caFile) {
    this.config = config;
    this.url = url;
    var options =
        new HttpClientOptions()
            .setSsl("https".equals(url.getScheme()))
            .setConnectTimeout((int) config.timeout().toMillis());
    caFile.ifPresent(
        file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
    OwnCertificate.show(options);
    this.http = vertx.createHttpClient(options);
  }

  Uni<EventPage> page(long after, int limit) {
    return ask("/internal/v1/events?after=" + after + "&limit=" + limit, EventPage.class);
  }

  /**
   * @param after the last page's {@code next}; empty at the beginning
   */
  Uni<SessionPage> sessions(String after, int limit) {
    var from = URLEncoder.encode(after, StandardCharsets.UTF_8);
    return ask("/internal/v1/sessions?after=" + from + "&limit=" + limit, SessionPage.class);
  }

  private <T> Uni<T> ask(String question, Class<T> type) {
    return Uni.createFrom()
        .item(this::token)
        // Not on an event loop: it is a file.
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
        .chain(token -> http.request(options(question, token)))
        .chain(request -> request.send())
        .chain(response -> read(response, type));
  }

  private String token() {
    return config.serviceTokenFile().map(ServiceLog::content).orElse("");
  }

  private static String content(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      throw new ServiceAwayException("the service token's file cannot be read");
    }
  }

  private RequestOptions options(String question, String token) {
    var tls = "https".equals(url.getScheme());
    var path = Optional.ofNullable(url.getRawPath()).orElse("");
    return new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setHost(url.getHost())
        .setPort(url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80)
        .setSsl(tls)
        .setURI(path + question)
        .setIdleTimeout(config.timeout().toMillis())
        .putHeader("Authorization", "Bearer " + token)
        .putHeader("Accept", "application/json");
  }

  private static <T> Uni<T> read(HttpClientResponse response, Class<T> type) {
    return response
        .body()
        .map(
            body -> {
              if (response.statusCode() != 200) {
                throw new ServiceAwayException("answered " + response.statusCode());
              }
              return page(body, type);
            });
  }

  private static <T> T page(Buffer body, Class<T> type) {
    try {
      return ContractJson.mapper().readValue(body.getBytes(), type);
    } catch (IOException malformed) {
      // The message may quote the body; only its kind is told.
      throw new ServiceAwayException("answered " + malformed.getClass().getSimpleName());
    }
  }

  void close() {
    http.closeAndForget();
  }
}
