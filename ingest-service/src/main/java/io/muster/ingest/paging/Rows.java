package io.muster.ingest.paging;

import io.muster.rest.paging.Page;
import java.util.List;
import java.util.function.Function;

/**
 * What was read for a page.
 *
 * @param items in the list's order; one more than is shown tells that there are more
 * @param cut whether the reading ended early because of how much the items weigh: there may be more
 */
public record Rows<T>(List<T> items, boolean cut) {
  public Rows {
    items = List.copyOf(items);
  }

  /**
   * The page that is shown.
   *
   * @param limit how many items it holds at most
   * @param shown an item as it is shown
   * @param cursor where the list goes on after an item
   */
  public <S> Page<S> page(int limit, Function<T, S> shown, Function<T, String> cursor) {
    var some = items.size() > limit ? items.subList(0, limit) : items;
    var more = !some.isEmpty() && (cut || items.size() > limit);
    return new Page<>(
        some.stream().map(shown).toList(), more ? cursor.apply(some.getLast()) : null);
  }
}
