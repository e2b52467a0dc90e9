package io.muster.registry.credentials;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.rest.access.Roles;
import io.muster.rest.paging.Page;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jboss.resteasy.reactive.server.Cancellable;

/** {@code /api/v1/tenants/{tenant}/devices/{device}/credentials}. */
@Path("/api/v1/tenants/{tenant}/devices/{device}/credentials")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Credentials")
// A client that hangs up must not cut a transaction short of its audit.
@Cancellable(false)
class CredentialResource {
  private final Credentials credentials;

  CredentialResource(Credentials credentials) {
    this.credentials = credentials;
  }

  @POST
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Give a device a credential: a secret, a key for its tokens, or a certificate",
      description =
          "A secret is in this answer and nowhere else. Repeated with the same Idempotency-Key"
              + " before the secret's first use, a new one is issued and the old one revoked;"
              + " after that it is 409.")
  public Uni<RestResponse<CredentialView>> create(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @HeaderParam(IdempotencyKey.HEADER) String idempotencyKey,
      @NotNull CredentialBody body) {
    var address = new DeviceAddress(tenant, device);
    return credentials
        .create(address, body, IdempotencyKey.read(idempotencyKey))
        .map(created -> created(address, created));
  }

  @GET
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "List a device's credentials, without secrets",
      description = "All of them: a device has few.")
  public Uni<RestResponse<Page<CredentialView>>> list(
      @PathParam("tenant") TenantId tenant, @PathParam("device") DeviceId device) {
    return credentials
        .list(new DeviceAddress(tenant, device))
        .map(found -> uncached(ResponseBuilder.ok(new Page<>(found, null))));
  }

  @GET
  @Path("/{credential}")
  @RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.ADMIN})
  @Operation(summary = "Read a credential, without its secret")
  public Uni<RestResponse<CredentialView>> read(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("credential") UUID credential) {
    return credentials
        .read(new DeviceAddress(tenant, device), credential)
        .map(found -> uncached(ResponseBuilder.ok(found)));
  }

  @DELETE
  @Path("/{credential}")
  @RolesAllowed({Roles.OPERATOR, Roles.ADMIN})
  @Operation(
      summary = "Revoke a credential",
      description = "Connections that were opened with it end.")
  public Uni<Void> revoke(
      @PathParam("tenant") TenantId tenant,
      @PathParam("device") DeviceId device,
      @PathParam("credential") UUID credential) {
    return credentials.revoke(new DeviceAddress(tenant, device), credential);
  }

  private static RestResponse<CredentialView> created(
      DeviceAddress device, CredentialView credential) {
    var location =
        "/api/v1/tenants/%s/devices/%s/credentials/%s"
            .formatted(device.tenant(), device.device(), credential.id());
    return uncached(
        ResponseBuilder.create(RestResponse.Status.CREATED, credential)
            .location(URI.create(location)));
  }

  private static <T> RestResponse<T> uncached(ResponseBuilder<T> response) {
    var noStore = new CacheControl();
    noStore.setNoStore(true);
    noStore.setNoTransform(false);
    return response.header(HttpHeaders.CACHE_CONTROL, noStore).build();
  }
}
