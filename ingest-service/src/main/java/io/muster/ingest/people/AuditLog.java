package io.muster.ingest.people;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.Principal;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;

/**
 * Says who did what, one line for each deed, after it was done. Ids only: never a payload.
 * Thread-safe.
 */
@ApplicationScoped
public class AuditLog {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.audit");
  private static final int MAX_CHARACTERS = 256;

  private final SecurityIdentity caller;

  AuditLog(SecurityIdentity caller) {
    this.caller = caller;
  }

  /**
   * Called on the request's own context, whose token names who did it.
   *
   * @param action what was done, as {@code dead-letter-replayed}
   * @param subject to what, as {@code demo/sensor-1}
   */
  public void record(String action, Object subject) {
    LOG.infof("%s by %s: %s", action, printable(who(caller.getPrincipal())), subject);
  }

  /** The token's subject: other names a person may change, or give up for another to take. */
  static String who(Principal principal) {
    return principal instanceof JsonWebToken token && token.getSubject() != null
        ? token.getSubject()
        : String.valueOf(principal.getName());
  }

  /** A subject comes from outside: it must not be able to write lines of its own. */
  static String printable(String text) {
    var shown = text.length() > MAX_CHARACTERS ? text.substring(0, MAX_CHARACTERS) + "…" : text;
    return shown.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?");
  }
}
