package io.muster.rest.access;

/** What the {@code groups} of a token may hold. Each person's role holds the ones before it. */
public final class Roles {
  /** Reads. */
  public static final String VIEWER = "viewer";

  /** Writes what belongs to a tenant as well. */
  public static final String OPERATOR = "operator";

  /** With the tenant {@code *}: manages tenants as well. */
  public static final String ADMIN = "admin";

  /** A service of this installation, at {@code /internal} alone. */
  public static final String SERVICE = "service";

  private Roles() {}
}
