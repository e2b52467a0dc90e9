package io.muster.rest.paging;

/** How many items a page holds. */
public final class PageLimit {
  /** Unless the caller says otherwise. */
  public static final String DEFAULT = "100";

  /** At most. */
  public static final int MAX = 1000;

  private PageLimit() {}
}
