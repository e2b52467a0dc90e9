package io.muster.contract.event;

import java.util.List;

/**
 * The answer of {@code GET /internal/v1/events?after={sequence}&limit={n}}.
 *
 * @param items in order, at most {@code limit}
 * @param next what to pass as {@code after} for what comes next
 * @param oldest the first sequence that is still kept; a consumer whose position is before it has
 *     missed something and must start from a snapshot
 */
public record EventPage(List<OutboxEvent> items, long next, long oldest) {
  public EventPage {
    items = List.copyOf(items);
  }
}
