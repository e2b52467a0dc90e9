package io.muster.registry.audit;

import io.muster.rest.access.Caller;

/**
 * Who does something, taken from the request before its work moves to another thread.
 *
 * @param actor the subject of the token; it comes from outside, so it can neither write lines of
 *     its own nor be without end
 * @param address from where, or null
 */
public record AuditAuthor(String actor, String address) {
  private static final int ACTOR_CHARACTERS = 200;

  public AuditAuthor {
    actor = actor.replaceAll("\\p{Cntrl}", "?");
    actor = actor.length() <= ACTOR_CHARACTERS ? actor : actor.substring(0, ACTOR_CHARACTERS);
  }

  /** The bearer of the request's token. */
  static AuditAuthor of(Caller caller) {
    return new AuditAuthor(caller.subject(), caller.address().orElse(null));
  }
}
