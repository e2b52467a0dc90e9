package io.muster.ingest.paging;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
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
}
