package io.muster.ingest.access;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.ActivityReport;
import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.DeletedTenants;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.rest.client.ClosedConnections;
import io.muster.rest.client.ServiceToken;
import io.muster.rest.tls.OwnCertificate;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientRequest;
import io.vertx.mutiny.core.http.HttpClientResponse;
import java.io.IOException;
import java.util.Optional;

/**
 * {@link RegistryClient} and {@link ProvisioningAccess} over HTTP/1.1. It is no {@code Neighbour},
 * as what the other services ask: a device is to be made once, so its question is not repeated over
 * another connection; a status may be an answer of its own, as to a report; and a failure is one by
 * which the endpoint tells that the registry is away.
 */
final class HttpRegistryClient implements RegistryClient, ProvisioningAccess {
  /** A page of events is the largest answer: 4 MiB of payloads in Base64, and a member around. */
  private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

  private static final ObjectMapper JSON = ContractJson.mapper();
  private static final TypeReference<EventPage> EVENT_PAGE = new TypeReference<>() {};

  private final HttpClient http;
  private final ServiceToken token;
  private final AccessConfig config;
  private final boolean tls;
  private final String basePath;

  private record Answer(int status, byte[] body) {}

  @FunctionalInterface
  private interface Reader<T> {
    T read(Answer answer) throws IOException;
  }

  HttpRegistryClient(Vertx vertx, AccessConfig config) {
    this.config = config;
    this.tls = "https".equals(config.registryUrl().getScheme());
    this.basePath = Optional.ofNullable(config.registryUrl().getRawPath()).orElse("");
    this.token = new ServiceToken(config.serviceTokenFile(), RegistryAwayException::new);
    this.http = vertx.createHttpClient(options(config));
  }

  private HttpClientOptions options(AccessConfig settings) {
    var options =
        new HttpClientOptions()
            .setSsl(tls)
            .setConnectTimeout((int) settings.connectTimeout().toMillis())
            .setMaxPoolSize(settings.concurrentRequests())
            .setMaxWaitQueueSize(settings.waitingRequests())
            .setKeepAliveTimeout(30)
            .setTracingPolicy(io.vertx.core.tracing.TracingPolicy.PROPAGATE);
    settings
        .registryCaFile()
        .ifPresent(
            file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
    OwnCertificate.show(options);
    return options;
  }

  @Override
  public Uni<VerifyAnswer> verify(VerifyRequest request) {
    return ask(HttpMethod.POST, "/internal/v1/credentials/verify", request)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body, VerifyAnswer.class)));
  }

  @Override
  public Uni<Optional<DeviceView>> device(DeviceAddress device) {
    // Tenants and devices have no character that a path would have to escape.
    var path = "/internal/v1/tenants/" + device.tenant() + "/devices/" + device.device();
    return ask(HttpMethod.GET, path, null)
        .map(
            answer ->
                answer.status == 404
                    ? Optional.empty()
                    : Optional.of(
                        understood(answer, ok -> JSON.readValue(ok.body, DeviceView.class))));
  }

  @Override
  public Uni<EventPage> events(long after, int limit) {
    return ask(HttpMethod.GET, "/internal/v1/events?after=" + after + "&limit=" + limit, null)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body, EVENT_PAGE)));
  }

  /** A page of the tenants that were deleted. */
  Uni<DeletedTenants> deletedTenants(long after, int limit) {
    var path = "/internal/v1/deleted-tenants?after=" + after + "&limit=" + limit;
    return ask(HttpMethod.GET, path, null)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body, DeletedTenants.class)));
  }

  @Override
  public Uni<ClaimAnswer> claim(ClaimRequest request) {
    return ask(HttpMethod.POST, "/internal/v1/claim-tokens/verify", request)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body, ClaimAnswer.class)));
  }

  @Override
  public Uni<ProvisionReply> provision(ProvisionRequest request) {
    return send(HttpMethod.POST, "/internal/v1/provisioning", request)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body, ProvisionReply.class)));
  }

  /** False when it refuses the report for its content. */
  Uni<Boolean> report(ActivityReport report) {
    return send(HttpMethod.POST, "/internal/v1/presence/activity", report)
        .map(
            answer ->
                switch (answer.status) {
                  case 200, 204 -> true;
                  case 400, 413, 415, 422 -> false;
                  default -> throw new RegistryAwayException("answered " + answer.status);
                });
  }

  /** What changes nothing, however often it is asked. */
  private Uni<Answer> ask(HttpMethod method, String path, Object body) {
    return answered(ClosedConnections.askingAgain(sending(method, path, body)));
  }

  private Uni<Answer> send(HttpMethod method, String path, Object body) {
    return answered(sending(method, path, body));
  }

  private Uni<Answer> sending(HttpMethod method, String path, Object body) {
    return Uni.createFrom()
        .deferred(() -> token.value().flatMap(current -> exchange(method, path, body, current)));
  }

  private Uni<Answer> answered(Uni<Answer> question) {
    return question
        .ifNoItem()
        // Later than Vert.x' own two timeouts, for an answer that trickles for ever.
        .after(config.requestTimeout().multipliedBy(2).plusMillis(100))
        .failWith(() -> new RegistryAwayException("no answer in time"))
        .onFailure(failure -> !(failure instanceof RegistryAwayException))
        .transform(failure -> new RegistryAwayException("no answer: " + failure, failure));
  }

  private Uni<Answer> exchange(HttpMethod method, String path, Object body, String bearer) {
    var options =
        new RequestOptions()
            .setMethod(method)
            .setHost(config.registryUrl().getHost())
            .setPort(port())
            .setSsl(tls)
            .setURI(basePath + path)
            .setConnectTimeout(config.requestTimeout().toMillis())
            .setIdleTimeout(config.requestTimeout().toMillis())
            .putHeader("Authorization", "Bearer " + bearer)
            .putHeader("Accept", "application/json");
    var bytes = body == null ? new byte[0] : json(body);
    if (body != null) {
      options.putHeader("Content-Type", "application/json");
    }
    return http.request(options).flatMap(request -> sent(request, bytes));
  }

  private static Uni<Answer> sent(HttpClientRequest request, byte[] bytes) {
    return (bytes.length == 0 ? request.send() : request.send(Buffer.buffer(bytes)))
        .flatMap(HttpRegistryClient::read)
        // Nobody waits any more: the request must not go on holding its connection.
        .onCancellation()
        .invoke(() -> request.reset());
  }

  private int port() {
    var port = config.registryUrl().getPort();
    return port >= 0 ? port : tls ? 443 : 80;
  }

  private static Uni<Answer> read(HttpClientResponse response) {
    var announced = response.getHeader("Content-Length");
    if (announced != null && Long.parseLong(announced) > MAX_ANSWER_BYTES) {
      response.request().reset();
      return Uni.createFrom().failure(new RegistryAwayException("too large an answer"));
    }
    return response
        .toMulti()
        .onItem()
        .scan(
            Buffer::buffer,
            (all, next) -> {
              if (all.length() + next.length() > MAX_ANSWER_BYTES) {
                throw new RegistryAwayException("too large an answer");
              }
              return all.appendBuffer(next);
            })
        .collect()
        .last()
        .map(all -> new Answer(response.statusCode(), all == null ? new byte[0] : all.getBytes()));
  }

  private static <T> T understood(Answer answer, Reader<T> reader) {
    if (answer.status != 200) {
      throw new RegistryAwayException("answered " + answer.status);
    }
    try {
      var value = reader.read(answer);
      if (value == null) {
        throw new RegistryAwayException("answered null");
      }
      return value;
    } catch (IOException | IllegalArgumentException malformed) {
      // The message may quote the body; only its kind is told.
      throw new RegistryAwayException(
          "answered something else than was asked: " + malformed.getClass().getSimpleName());
    }
  }

  private static byte[] json(Object body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (IOException unwritable) {
      throw new IllegalArgumentException("not to be written as JSON", unwritable);
    }
  }

  void close() {
    http.closeAndForget();
  }
}
