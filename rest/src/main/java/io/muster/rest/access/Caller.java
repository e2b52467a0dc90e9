package io.muster.rest.access;

import io.muster.contract.id.TenantId;
import io.muster.rest.problem.Refusal;
import io.muster.rest.requests.Clients;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.enterprise.context.RequestScoped;
import java.security.Principal;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Who calls, and for which tenants. One for each request, after its token was verified. */
@RequestScoped
public class Caller {
  private static final String WHOLE_PLATFORM = "*";

  private final SecurityIdentity identity;
  private final PeopleConfig config;
  private final CurrentVertxRequest request;
  private final Clients clients;

  Caller(
      SecurityIdentity identity,
      PeopleConfig config,
      CurrentVertxRequest request,
      Clients clients) {
    this.identity = identity;
    this.config = config;
    this.request = request;
    this.clients = clients;
  }

  /** The token's subject, for the audit. */
  public String subject() {
    return switch (identity.getPrincipal()) {
      // Not its name: that is `upn` or `preferred_username` first, which people may change.
      case JsonWebToken token -> String.valueOf(token.getSubject());
      case Principal other when identity.isAnonymous() -> "anonymous";
      case Principal other -> other.getName();
    };
  }

  /** From where, for the audit and for what is counted by addresses. */
  public Optional<String> address() {
    return Optional.ofNullable(request.getCurrent())
        .map(current -> clients.address(current.request()))
        .filter(address -> !address.equals(Clients.UNKNOWN));
  }

  /** The tenants by name; does not hold what {@link #isOfPlatform} adds. */
  public Set<String> tenants() {
    return identity.getPrincipal() instanceof JsonWebToken token
        ? TenantsClaim.of(token, config.tenantsClaim())
        : Set.of();
  }

  /** Whether the token has the role of an administrator, of whichever tenants. */
  public boolean isAdmin() {
    return identity.hasRole(Roles.ADMIN);
  }

  /** Whether the token is for all tenants. */
  public boolean isOfPlatform() {
    return tenants().contains(WHOLE_PLATFORM);
  }

  /**
   * Refuses who has nothing to do with a tenant, without regard to its existence: so the answer
   * tells nothing about others.
   */
  void requireTenant(TenantId tenant) {
    var own = tenants();
    if (!own.contains(WHOLE_PLATFORM) && !own.contains(tenant.value())) {
      throw new Refusal.Forbidden("The token is not for this tenant.").asException();
    }
  }

  /** Refuses who is not for the whole platform; the role was checked before. */
  public void requirePlatform() {
    if (!isOfPlatform()) {
      throw new Refusal.Forbidden("This is for administrators of the platform alone.")
          .asException();
    }
  }
}
