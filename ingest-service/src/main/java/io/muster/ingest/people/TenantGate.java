package io.muster.ingest.people;

import io.muster.contract.id.TenantId;
import io.muster.ingest.problem.Refusal;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.UriInfo;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Holds every path with a tenant against the token's tenants, after its roles were checked and
 * before any resource: a resource that is added later cannot forget it. The answer is the same
 * whether there is such a tenant or not.
 */
class TenantGate {
  private static final String PEOPLE = "/api/";
  private static final String WHOLE_PLATFORM = "*";

  private final SecurityIdentity identity;
  private final PeopleConfig config;

  TenantGate(SecurityIdentity identity, PeopleConfig config) {
    this.identity = identity;
    this.config = config;
  }

  @ServerRequestFilter
  void check(ContainerRequestContext request, UriInfo uri) {
    var tenant = uri.getPathParameters().getFirst("tenant");
    if (tenant == null || !uri.getPath().startsWith(PEOPLE)) {
      return;
    }
    var own =
        identity.getPrincipal() instanceof JsonWebToken token
            ? TenantsClaim.of(token, config.tenantsClaim())
            : Set.<String>of();
    if (!own.contains(WHOLE_PLATFORM) && !own.contains(new TenantId(tenant).value())) {
      throw new Refusal.Forbidden("The token is not for this tenant.").asException();
    }
  }
}
