package io.muster.rest.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.rest.tls.OwnCertificate;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientRequest;
import io.vertx.mutiny.core.http.HttpClientResponse;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Another service's internal interface over HTTP/1.1: questions with this service's token, within
 * limits. What an answer or none means is for whoever asks. Thread-safe.
 */
public final class ServiceHttp {
  /** A page of events is the largest answer: 4 MiB of payloads in Base64, and a member around. */
  private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

  private static final String JSON = "application/json";

  private final URI base;
  private final boolean tls;
  private final NeighbourLimits limits;
  private final ServiceToken token;
  private final Function<String, RuntimeException> failure;
  private final HttpClient http;

  /** A whole one, whatever its status. */
  public record Answer(int status, byte[] body) {}

  /**
   * @param base {@code http://…} or {@code https://…}
   * @param token this service's; shared by all that it asks
   * @param failure makes what an answer that is too large is failed with, of a message
   */
  public ServiceHttp(
      URI base,
      Vertx vertx,
      NeighbourLimits limits,
      ServiceToken token,
      Function<String, RuntimeException> failure) {
    this.base = base;
    this.tls = "https".equals(base.getScheme());
    this.limits = limits;
    this.token = token;
    this.failure = failure;
    this.http = vertx.createHttpClient(options());
  }

  private HttpClientOptions options() {
    var options =
        new HttpClientOptions()
            .setSsl(tls)
            .setConnectTimeout((int) limits.connectTimeout().toMillis())
            .setMaxPoolSize(limits.concurrentRequests())
            .setMaxWaitQueueSize(limits.waitingRequests())
            .setKeepAliveTimeout(30)
            .setTracingPolicy(TracingPolicy.PROPAGATE);
    limits
        .caFile()
        .ifPresent(
            file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
    OwnCertificate.show(options);
    return options;
  }

  /** How long an answer may take: longer than Vert.x' own two timeouts, for one that trickles. */
  public Duration patience() {
    return limits.requestTimeout().multipliedBy(2).plusMillis(100);
  }

  /**
   * Asks what changes nothing, however often it is asked.
   *
   * @param body null for none
   */
  public Uni<Answer> ask(HttpMethod method, String path, Object body) {
    return ClosedConnections.askingAgain(send(method, path, body));
  }

  /**
   * Asks once.
   *
   * @param body null for none
   */
  public Uni<Answer> send(HttpMethod method, String path, Object body) {
    return Uni.createFrom()
        .deferred(
            () -> token.value().flatMap(bearer -> exchange(request(method, path, bearer), body)));
  }

  private Uni<Answer> exchange(RequestOptions options, Object body) {
    options.putHeader("Accept", JSON);
    if (body != null) {
      options.putHeader("Content-Type", JSON);
    }
    return http.request(options).flatMap(request -> sent(request, bytes(body)));
  }

  private static byte[] bytes(Object body) {
    try {
      return body == null ? new byte[0] : ContractJson.mapper().writeValueAsBytes(body);
    } catch (JsonProcessingException unwritable) {
      throw new IllegalArgumentException("not to be written as JSON", unwritable);
    }
  }

  private Uni<Answer> sent(HttpClientRequest request, byte[] body) {
    return (body.length == 0 ? request.send() : request.send(Buffer.buffer(body)))
        .flatMap(this::read)
        // Nobody waits any more: the request must not go on holding its connection.
        .onCancellation()
        .invoke(() -> request.reset());
  }

  /** A request for something to be read piece by piece, not sent yet. */
  Uni<HttpClientRequest> begin(String path, String accept) {
    return Uni.createFrom()
        .deferred(
            () ->
                token
                    .value()
                    .flatMap(
                        bearer ->
                            http.request(
                                request(HttpMethod.GET, path, bearer)
                                    .putHeader("Accept", accept))));
  }

  private RequestOptions request(HttpMethod method, String path, String bearer) {
    return new RequestOptions()
        .setMethod(method)
        .setHost(base.getHost())
        .setPort(port())
        .setSsl(tls)
        .setURI(Optional.ofNullable(base.getRawPath()).orElse("") + path)
        .setConnectTimeout(limits.requestTimeout().toMillis())
        .setIdleTimeout(limits.requestTimeout().toMillis())
        .putHeader("Authorization", "Bearer " + bearer);
  }

  private int port() {
    var port = base.getPort();
    return port >= 0 ? port : tls ? 443 : 80;
  }

  /** All of an answer. */
  Uni<Answer> read(HttpClientResponse response) {
    var announced = response.getHeader("Content-Length");
    if (announced != null && Long.parseLong(announced) > MAX_ANSWER_BYTES) {
      response.request().reset();
      return Uni.createFrom().failure(failure.apply("too large an answer"));
    }
    return response
        .toMulti()
        .onItem()
        .scan(
            Buffer::buffer,
            (all, next) -> {
              if (all.length() + next.length() > MAX_ANSWER_BYTES) {
                throw failure.apply("too large an answer");
              }
              return all.appendBuffer(next);
            })
        .collect()
        .last()
        .map(all -> new Answer(response.statusCode(), all == null ? new byte[0] : all.getBytes()));
  }

  public void close() {
    http.closeAndForget();
  }
}
