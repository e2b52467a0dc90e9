package io.muster.rest.access;

import io.muster.contract.id.TenantId;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Holds every path with a tenant against the token's tenants, after its roles were checked and
 * before any resource: a resource that is added later cannot forget it.
 */
class TenantGate {
  private static final String PEOPLE = "/api/";

  private final Caller caller;

  TenantGate(Caller caller) {
    this.caller = caller;
  }

  @ServerRequestFilter
  void check(ContainerRequestContext request, UriInfo uri) {
    var tenant = uri.getPathParameters().getFirst("tenant");
    if (tenant != null && uri.getPath().startsWith(PEOPLE)) {
      caller.requireTenant(new TenantId(tenant));
    }
  }
}
