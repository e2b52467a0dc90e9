package io.muster.registry.provisioning;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.rest.access.Roles;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Problems;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /internal/v1/provisioning}: what devices that are nobody yet say at the endpoint. */
@Path("/internal/v1/provisioning")
@Tag(name = "Internal")
@Cancellable(false)
@RegisterForReflection(targets = {ProvisionRequest.class, ProvisionReply.class})
class RelayResource {
  private static final String STATUS = "status";

  private final Provisioning provisioning;
  private final Problems problems;
  private final ObjectMapper json;

  RelayResource(Provisioning provisioning, Problems problems, ObjectMapper json) {
    this.provisioning = provisioning;
    this.problems = problems;
    this.json = json;
  }

  @POST
  @RolesAllowed(Roles.SERVICE)
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Provision a device that asked at the endpoint",
      description =
          "Always 200, with what the device is to be told: what POST /api/v1/provisioning would"
              + " answer, or a problem, with the status as a member.")
  public Uni<ProvisionReply> provision(@NotNull ProvisionRequest request) {
    check(request);
    return Uni.createFrom()
        .item(Unchecked.supplier(() -> read(request.payload())))
        .chain(
            body ->
                provisioning.provision(
                    request.tenant(), new Claim.Known(request.claim()), body, address(request)))
        .map(this::given)
        .onFailure()
        .recoverWithItem(this::refused);
  }

  private static void check(ProvisionRequest request) {
    if (request.tenant() == null || request.claim() == null || request.payload() == null) {
      throw new Refusal.Meaningless(List.of(FieldError.at("", "needs tenant, claim and payload")))
          .asException();
    }
  }

  private static String address(ProvisionRequest request) {
    return request.remoteAddress() == null ? "?" : request.remoteAddress();
  }

  /** Strictly, as the REST interface does. */
  private ProvisioningBody read(byte[] payload) throws IOException {
    var body = json.readValue(payload, ProvisioningBody.class);
    if (body == null) {
      throw new Refusal.Malformed("The payload must be a JSON object.", List.of()).asException();
    }
    return body;
  }

  private ProvisionReply given(ProvisioningAnswer answer) {
    var told = json.createObjectNode().put(STATUS, 200);
    told.setAll((ObjectNode) json.valueToTree(answer));
    return reply(200, told);
  }

  private ProvisionReply refused(Throwable failure) {
    // A problem names its status itself.
    var problem = problems.problemOf(failure);
    return reply(problem.status(), problem);
  }

  private ProvisionReply reply(int status, Object told) {
    try {
      return new ProvisionReply(status, json.writeValueAsBytes(told));
    } catch (IOException impossible) {
      throw new IllegalStateException("an answer cannot be written", impossible);
    }
  }
}
