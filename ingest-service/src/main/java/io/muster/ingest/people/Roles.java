package io.muster.ingest.people;

/** What the {@code groups} of a person's token may hold; each holds the ones before it. */
public final class Roles {
  /** Reads. */
  public static final String VIEWER = "viewer";

  /** Replays and discards dead letters, releases devices as well. */
  public static final String OPERATOR = "operator";

  /** The same here as an operator. */
  public static final String ADMIN = "admin";

  private Roles() {}
}
