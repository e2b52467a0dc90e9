package io.muster.command.neighbours;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.rest.client.ClosedConnections;
import io.muster.rest.client.ServiceToken;
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
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Asks another service over its internal REST interface. Thread-safe. */
final class Neighbour {
  /** A page of events is the largest answer: 4 MiB of payloads in Base64, and a member around. */
  private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

  private final String name;
  private final URI base;
  private final HttpClient http;
  private final ServiceToken token;
  private final NeighboursConfig config;
  private final boolean tls;

  private record Answer(int status, byte[] body) {}

  Neighbour(String name, URI base, Vertx vertx, NeighboursConfig config, ServiceToken token) {
    this.name = name;
    this.base = base;
    this.config = config;
    this.token = token;
    this.tls = "https".equals(base.getScheme());
    this.http = vertx.createHttpClient(options());
  }

  private HttpClientOptions options() {
    var options =
        new HttpClientOptions()
            .setSsl(tls)
            .setConnectTimeout((int) config.connectTimeout().toMillis())
            .setMaxPoolSize(config.concurrentRequests())
            .setMaxWaitQueueSize(config.waitingRequests())
            .setKeepAliveTimeout(30)
            .setTracingPolicy(TracingPolicy.PROPAGATE);
    config
        .caFile()
        .ifPresent(
            file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
    OwnCertificate.show(options);
    return options;
  }

  /** Its log, for a follower. */
  Uni<EventPage> events(long after, int limit) {
    return get("/internal/v1/events?after=" + after + "&limit=" + limit, EventPage.class)
        .map(page -> page.orElseThrow(() -> new NeighbourAwayException("answered 404")));
  }

  /**
   * @return empty for 404; fails with {@link NeighbourAwayException} for everything but an answer
   */
  <T> Uni<Optional<T>> get(String path, Class<T> type) {
    return ClosedConnections.askingAgain(
            Uni.createFrom()
                .deferred(() -> token.value().flatMap(current -> exchange(path, current))))
        .map(answer -> understood(answer, type))
        .ifNoItem()
        // Later than Vert.x' own two timeouts, for an answer that trickles for ever.
        .after(config.requestTimeout().multipliedBy(2).plusMillis(100))
        .failWith(() -> new NeighbourAwayException(name + " gives no answer in time"))
        .onFailure(failure -> !(failure instanceof NeighbourAwayException))
        .transform(failure -> new NeighbourAwayException(name + " cannot be asked", failure));
  }

  /**
   * The first lines of an answer, which may be without end: what comes after them is not read.
   *
   * @return none for 404; fails with {@link NeighbourAwayException} when there is no whole answer,
   *     with {@link RefusedQuestionException} when the question makes no sense to it
   */
  Uni<List<String>> firstLines(String path, int most) {
    return ClosedConnections.askingAgain(
            token
                .value()
                .flatMap(current -> http.request(options(path, current, "application/x-ndjson")))
                .flatMap(
                    request -> request.send().flatMap(response -> lines(request, response, most))))
        .ifNoItem()
        .after(config.requestTimeout().multipliedBy(2).plusMillis(100))
        .failWith(() -> new NeighbourAwayException(name + " gives no answer in time"))
        .onFailure(
            failure ->
                !(failure instanceof NeighbourAwayException
                    || failure instanceof RefusedQuestionException))
        .transform(failure -> new NeighbourAwayException(name + " cannot be asked", failure));
  }

  private Uni<List<String>> lines(
      HttpClientRequest request, HttpClientResponse response, int most) {
    var status = response.statusCode();
    if (status == 200) {
      return FirstLines.of(request, response, most);
    }
    return read(response)
        .map(
            answer -> {
              if (status == 404) {
                return List.<String>of();
              }
              if (status == 400) {
                throw RefusedQuestionException.of(answer.body);
              }
              throw new NeighbourAwayException(name + " answered " + status);
            })
        .onCancellation()
        .invoke(() -> request.reset());
  }

  private Uni<Answer> exchange(String path, String bearer) {
    return http.request(options(path, bearer, "application/json")).flatMap(Neighbour::sent);
  }

  private RequestOptions options(String path, String bearer, String accept) {
    return new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setHost(base.getHost())
        .setPort(port())
        .setSsl(tls)
        .setURI(Optional.ofNullable(base.getRawPath()).orElse("") + path)
        .setConnectTimeout(config.requestTimeout().toMillis())
        .setIdleTimeout(config.requestTimeout().toMillis())
        .putHeader("Authorization", "Bearer " + bearer)
        .putHeader("Accept", accept);
  }

  private static Uni<Answer> sent(HttpClientRequest request) {
    return request
        .send()
        .flatMap(Neighbour::read)
        // Nobody waits any more: the request must not go on holding its connection.
        .onCancellation()
        .invoke(() -> request.reset());
  }

  private int port() {
    var port = base.getPort();
    return port >= 0 ? port : tls ? 443 : 80;
  }

  private static Uni<Answer> read(HttpClientResponse response) {
    return response
        .toMulti()
        .onItem()
        .scan(
            Buffer::buffer,
            (all, next) -> {
              if (all.length() + next.length() > MAX_ANSWER_BYTES) {
                throw new NeighbourAwayException("too large an answer");
              }
              return all.appendBuffer(next);
            })
        .collect()
        .last()
        .map(all -> new Answer(response.statusCode(), all == null ? new byte[0] : all.getBytes()));
  }

  private <T> Optional<T> understood(Answer answer, Class<T> type) {
    if (answer.status == 404) {
      return Optional.empty();
    }
    if (answer.status != 200) {
      throw new NeighbourAwayException(name + " answered " + answer.status);
    }
    try {
      return Optional.of(ContractJson.mapper().readValue(answer.body, type));
    } catch (JsonProcessingException malformed) {
      // The message may quote the body; only its kind is told.
      throw new NeighbourAwayException(
          name + " answered something else: " + malformed.getClass().getSimpleName());
    } catch (IOException | IllegalArgumentException | NullPointerException malformed) {
      throw new NeighbourAwayException(name + " answered something else than was asked");
    }
  }

  void close() {
    http.closeAndForget();
  }
}
