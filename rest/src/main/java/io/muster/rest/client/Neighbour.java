package io.muster.rest.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.rest.client.ServiceHttp.Answer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.http.HttpClientRequest;
import io.vertx.mutiny.core.http.HttpClientResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Asks another service over its internal REST interface. Thread-safe. */
public final class Neighbour {
  private final String name;
  private final ServiceHttp http;

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
    this.http = new ServiceHttp(base, vertx, limits, token, NeighbourAwayException::new);
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
    return http.ask(method, path, body)
        .map(answer -> understood(answer, type))
        .ifNoItem()
        .after(http.patience())
        .failWith(() -> new NeighbourAwayException(name + " gives no answer in time"))
        .onFailure(failure -> !(failure instanceof NeighbourAwayException))
        .transform(failure -> new NeighbourAwayException(name + " cannot be asked", failure));
  }

  /**
   * The first lines of an answer (NDJSON); what comes after them is not read.
   *
   * @return none for 404; fails with {@link NeighbourAwayException} when there is no whole answer,
   *     with {@link RefusedQuestionException} when it does not understand the question
   */
  public Uni<List<String>> firstLines(String path, int most) {
    return ClosedConnections.askingAgain(
            http.begin(path, "application/x-ndjson").flatMap(request -> lines(request, most)))
        .ifNoItem()
        .after(http.patience())
        .failWith(() -> new NeighbourAwayException(name + " gives no answer in time"))
        .onFailure(
            failure ->
                !(failure instanceof NeighbourAwayException
                    || failure instanceof RefusedQuestionException))
        .transform(failure -> new NeighbourAwayException(name + " cannot be asked", failure));
  }

  private Uni<List<String>> lines(HttpClientRequest request, int most) {
    return request.send().flatMap(response -> lines(request, response, most));
  }

  private Uni<List<String>> lines(
      HttpClientRequest request, HttpClientResponse response, int most) {
    if (response.statusCode() == 200) {
      return FirstLines.of(request, response, most);
    }
    return http.read(response)
        .map(this::withoutLines)
        .onCancellation()
        .invoke(() -> request.reset());
  }

  private List<String> withoutLines(Answer answer) {
    return switch (answer.status()) {
      case 404 -> List.of();
      case 400, 422 -> throw RefusedQuestionException.of(answer.body());
      default -> throw new NeighbourAwayException(name + " answered " + answer.status());
    };
  }

  private <T> Optional<T> understood(Answer answer, Class<T> type) {
    if (answer.status() == 404) {
      return Optional.empty();
    }
    if (answer.status() != 200) {
      throw new NeighbourAwayException(name + " answered " + answer.status());
    }
    try {
      return Optional.of(ContractJson.mapper().readValue(answer.body(), type));
    } catch (JsonProcessingException malformed) {
      // The message may quote the body; only its kind is told.
      throw new NeighbourAwayException(
          name + " answered something else: " + malformed.getClass().getSimpleName());
    } catch (IOException | IllegalArgumentException | NullPointerException malformed) {
      throw new NeighbourAwayException(name + " answered something else than was asked");
    }
  }

  public void close() {
    http.close();
  }
}
