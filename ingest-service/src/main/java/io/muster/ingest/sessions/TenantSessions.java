package io.muster.ingest.sessions;

import io.muster.outbox.TenantPart;
import java.util.List;

/**
 * What is kept of the sessions of a tenant that was deleted, for its removal: also of those whose
 * connections have not ended yet. Their replicas hear of it themselves. Stateless.
 */
public final class TenantSessions {
  private static final String OF_TENANT = "split_part(client_identifier, ':', 1) = $1";

  private static final String SESSIONS =
      SessionRemoval.removing(
          "SELECT client_identifier FROM mqtt_session WHERE " + OF_TENANT + " LIMIT $2 FOR UPDATE");

  private TenantSessions() {}

  public static List<TenantPart> parts() {
    return List.of(
        TenantPart.telling("mqtt_session", SESSIONS),
        TenantPart.of("mqtt_will", "SELECT ctid FROM mqtt_will WHERE " + OF_TENANT));
  }
}
