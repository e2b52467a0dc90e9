package io.muster.registry.audit;

/**
 * Who does something, taken from the request before its work moves to another thread.
 *
 * @param actor the subject of the token
 * @param address from where, or null
 */
public record AuditAuthor(String actor, String address) {}
