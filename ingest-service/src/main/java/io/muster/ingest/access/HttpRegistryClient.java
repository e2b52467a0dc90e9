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
import io.muster.rest.client.NeighbourLimits;
import io.muster.rest.client.ServiceHttp;
import io.muster.rest.client.ServiceHttp.Answer;
import io.muster.rest.client.ServiceToken;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.util.Optional;

/**
 * {@link RegistryClient} and {@link ProvisioningAccess} over HTTP/1.1. Not a {@code Neighbour}, to
 * which each status but 200 and 404 is a failure and each question may be asked twice: a device is
 * to be made once, and a report that is refused is answered.
 */
final class HttpRegistryClient implements RegistryClient, ProvisioningAccess {
  private static final ObjectMapper JSON = ContractJson.mapper();
  private static final TypeReference<EventPage> EVENT_PAGE = new TypeReference<>() {};

  private final ServiceHttp http;

  @FunctionalInterface
  private interface Reader<T> {
    T read(Answer answer) throws IOException;
  }

  HttpRegistryClient(Vertx vertx, AccessConfig config) {
    var limits =
        new NeighbourLimits(
            config.registryCaFile(),
            config.connectTimeout(),
            config.requestTimeout(),
            config.concurrentRequests(),
            config.waitingRequests());
    var token = new ServiceToken(config.serviceTokenFile(), RegistryAwayException::new);
    this.http =
        new ServiceHttp(config.registryUrl(), vertx, limits, token, RegistryAwayException::new);
  }

  @Override
  public Uni<VerifyAnswer> verify(VerifyRequest request) {
    return ask(HttpMethod.POST, "/internal/v1/credentials/verify", request)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body(), VerifyAnswer.class)));
  }

  @Override
  public Uni<Optional<DeviceView>> device(DeviceAddress device) {
    // Tenants and devices have no character that a path would have to escape.
    var path = "/internal/v1/tenants/" + device.tenant() + "/devices/" + device.device();
    return ask(HttpMethod.GET, path, null)
        .map(
            answer ->
                answer.status() == 404
                    ? Optional.empty()
                    : Optional.of(
                        understood(answer, ok -> JSON.readValue(ok.body(), DeviceView.class))));
  }

  @Override
  public Uni<EventPage> events(long after, int limit) {
    return ask(HttpMethod.GET, "/internal/v1/events?after=" + after + "&limit=" + limit, null)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body(), EVENT_PAGE)));
  }

  /** A page of the tenants that were deleted. */
  Uni<DeletedTenants> deletedTenants(long after, int limit) {
    var path = "/internal/v1/deleted-tenants?after=" + after + "&limit=" + limit;
    return ask(HttpMethod.GET, path, null)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body(), DeletedTenants.class)));
  }

  @Override
  public Uni<ClaimAnswer> claim(ClaimRequest request) {
    return ask(HttpMethod.POST, "/internal/v1/claim-tokens/verify", request)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body(), ClaimAnswer.class)));
  }

  @Override
  public Uni<ProvisionReply> provision(ProvisionRequest request) {
    return send(HttpMethod.POST, "/internal/v1/provisioning", request)
        .map(answer -> understood(answer, ok -> JSON.readValue(ok.body(), ProvisionReply.class)));
  }

  /** False when it refuses the report for its content. */
  Uni<Boolean> report(ActivityReport report) {
    return send(HttpMethod.POST, "/internal/v1/presence/activity", report)
        .map(
            answer ->
                switch (answer.status()) {
                  case 200, 204 -> true;
                  case 400, 413, 415, 422 -> false;
                  default -> throw new RegistryAwayException("answered " + answer.status());
                });
  }

  /** What changes nothing, however often it is asked. */
  private Uni<Answer> ask(HttpMethod method, String path, Object body) {
    return answered(http.ask(method, path, body));
  }

  private Uni<Answer> send(HttpMethod method, String path, Object body) {
    return answered(http.send(method, path, body));
  }

  private Uni<Answer> answered(Uni<Answer> question) {
    return question
        .ifNoItem()
        .after(http.patience())
        .failWith(() -> new RegistryAwayException("no answer in time"))
        .onFailure(failure -> !(failure instanceof RegistryAwayException))
        .transform(failure -> new RegistryAwayException("no answer: " + failure, failure));
  }

  private static <T> T understood(Answer answer, Reader<T> reader) {
    if (answer.status() != 200) {
      throw new RegistryAwayException("answered " + answer.status());
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

  void close() {
    http.close();
  }
}
