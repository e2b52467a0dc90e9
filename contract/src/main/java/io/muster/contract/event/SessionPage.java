package io.muster.contract.event;

import java.util.List;

/**
 * A page of {@code GET /internal/v1/sessions?after=&limit=} of ingest: who is connected, in an
 * order of client identifiers. Together with its log from before on it is the whole truth.
 *
 * @param next what to ask for after; null at the end
 */
public record SessionPage(List<ConnectedSession> items, String next) {
  public SessionPage {
    items = List.copyOf(items);
  }
}
