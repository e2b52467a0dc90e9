package io.muster.rest.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
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
public final class Neighbour {
  /** A page of events is the largest answer: 4 MiB of payloads in Base64, and a member around. */
  private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

  private final String name;
  private final URI base;
  private final HttpClient http;
  private final ServiceToken token;
  private final NeighbourLimits limits;
  private final boolean tls;

  private record Answer(int status, byte[] body) {}

  /**
   * @param name for whoever reads why it cannot be asked
   * @param base {@code http://…} or {@code https://…}
   * @param token this service's; shared by all that it asks
   */
  public Neighbour(String name, URI base, Vertx vertx, NeighbourConfig config, ServiceToken token) {
    this(name, base, vertx, NeighbourLimits.of(config), token);
  }

  /**
   * @param name for whoever reads why it cannot be asked
   * @param base {@code http://…} or {@code https://…}
   * @param token this service's; shared by all that it asks
   */
  public Neighbour(String name, URI base, Vertx vertx, NeighbourLimits limits, ServiceToken token) {
    this.name = name;
    this.base = base;
    this.limits = limits;
    this.token = token;
    this.tls = "https".equals(base.getScheme());
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

  /** Its log, for a follower. */
  public Uni<EventPage> events(long after, int limit) {
    return getExisting("/internal/v1/events?after=" + after + "&limit=" + limit, EventPage.class);
  }

  /**
   * What each such service has.
   *
   * @return fails with {@link NeighbourAwayException} for everything but an answer, also for 404
   */
  public <T> Uni<T> getExisting(String path, Class<T> type) {
    return get(path, type)
        .map(found -> found.orElseThrow(() -> new NeighbourAwayException(name + " answered 404")));
  }

  /**
   * @return empty for 404; fails with {@link NeighbourAwayException} for everything but an answer
   */
  public <T> Uni<Optional<T>> get(String path, Class<T> type) {
    return ask(HttpMethod.GET, path, null, type);
  }

  /**
   * @return empty for 404; fails with {@link NeighbourAwayException} for everything but an answer
   */
  public <T> Uni<Optional<T>> post(String path, Object body, Class<T> type) {
    return ask(HttpMethod.POST, path, body, type);
  }

  private <T> Uni<Optional<T>> ask(HttpMethod method, String path, Object body, Class<T> type) {
    return ClosedConnections.askingAgain(
            Uni.createFrom()
                .deferred(
                    () -> token.value().flatMap(current -> exchange(method, path, body, current))))
        .map(answer -> understood(answer, type))
        .ifNoItem()
        // Later than Vert.x' own two timeouts, for an answer that trickles for ever.
        .after(limits.requestTimeout().multipliedBy(2).plusMillis(100))
        .failWith(() -> new NeighbourAwayException(name + " gives no answer in time"))
        .onFailure(failure -> !(failure instanceof NeighbourAwayException))
        .transform(failure -> new NeighbourAwayException(name + " cannot be asked", failure));
  }

  private Uni<Answer> exchange(HttpMethod method, String path, Object body, String bearer) {
    var options = request(method, path, bearer).putHeader("Accept", "application/json");
    if (body != null) {
      options.putHeader("Content-Type", "application/json");
    }
    return http.request(options).flatMap(request -> sent(request, bytes(body)));
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

  private static byte[] bytes(Object body) {
    try {
      return body == null ? new byte[0] : ContractJson.mapper().writeValueAsBytes(body);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Uni<Answer> sent(HttpClientRequest request, byte[] body) {
    return (body.length == 0 ? request.send() : request.send(Buffer.buffer(body)))
        .flatMap(Neighbour::read)
        // Nobody waits any more: the request must not go on holding its connection.
        .onCancellation()
        .invoke(() -> request.reset());
  }

  private int port() {
    var port = base.getPort();
    return port >= 0 ? port : tls ? 443 : 80;
  }

  /**
   * The first lines of an answer (NDJSON); what comes after them is not read.
   *
   * @return none for 404; fails with {@link NeighbourAwayException} when there is no whole answer,
   *     with {@link RefusedQuestionException} when it does not understand the question
   */
  public Uni<List<String>> firstLines(String path, int most) {
    return ClosedConnections.askingAgain(
            Uni.createFrom()
                .deferred(() -> token.value().flatMap(current -> linesOf(path, most, current))))
        .ifNoItem()
        .after(limits.requestTimeout().multipliedBy(2).plusMillis(100))
        .failWith(() -> new NeighbourAwayException(name + " gives no answer in time"))
        .onFailure(
            failure ->
                !(failure instanceof NeighbourAwayException
                    || failure instanceof RefusedQuestionException))
        .transform(failure -> new NeighbourAwayException(name + " cannot be asked", failure));
  }

  private Uni<List<String>> linesOf(String path, int most, String bearer) {
    var options = request(HttpMethod.GET, path, bearer).putHeader("Accept", "application/x-ndjson");
    return http.request(options)
        .flatMap(request -> request.send().flatMap(response -> lines(request, response, most)));
  }

  private Uni<List<String>> lines(
      HttpClientRequest request, HttpClientResponse response, int most) {
    if (response.statusCode() == 200) {
      return FirstLines.of(request, response, most);
    }
    return read(response).map(this::withoutLines).onCancellation().invoke(() -> request.reset());
  }

  private List<String> withoutLines(Answer answer) {
    return switch (answer.status) {
      case 404 -> List.of();
      case 400, 422 -> throw RefusedQuestionException.of(answer.body);
      default -> throw new NeighbourAwayException(name + " answered " + answer.status);
    };
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

  public void close() {
    http.closeAndForget();
  }
}
