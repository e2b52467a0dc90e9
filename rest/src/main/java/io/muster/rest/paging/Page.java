package io.muster.rest.paging;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A part of a list.
 *
 * @param items in the list's order
 * @param next what to pass as {@code cursor} for what follows; null at the end
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Page<T>(
    List<T> items,
    @Schema(description = "Pass it as cursor to get what follows; absent at the end") String next) {
  public Page {
    items = List.copyOf(items);
  }

  /**
   * Cuts a page out of what was found.
   *
   * @param found one more than the limit, when there is more
   */
  public static <E, T> Page<T> of(
      List<E> found, int limit, Function<E, String> id, Function<E, T> item) {
    var shown = found.size() <= limit ? found : found.subList(0, limit);
    var next = found.size() <= limit ? null : new Cursor(id.apply(shown.getLast())).text();
    return new Page<>(shown.stream().map(item).toList(), next);
  }
}
