package io.muster.rest.access;

import io.muster.contract.id.TenantId;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Holds every path with a tenant against the token's tenants, after its roles were checked and
 * before any resource: a resource that is added later cannot forget it. Of a tenant that was
 * deleted nothing is there any more.
 */
class TenantGate {
  private static final String PEOPLE = "/api/";

  private final Caller caller;
  private final Instance<GoneTenants> gone;

  TenantGate(Caller caller, Instance<GoneTenants> gone) {
    this.caller = caller;
    this.gone = gone;
  }

  @ServerRequestFilter
  void check(ContainerRequestContext request, UriInfo uri) {
    var tenant = uri.getPathParameters().getFirst("tenant");
    if (tenant != null && uri.getPath().startsWith(PEOPLE)) {
      var id = new TenantId(tenant);
      caller.requireTenant(id);
      if (gone.isResolvable() && gone.get().isGone(id)) {
        throw new Refusal.Absent("There is no tenant '%s'.".formatted(id)).asException();
      }
    }
  }
}
