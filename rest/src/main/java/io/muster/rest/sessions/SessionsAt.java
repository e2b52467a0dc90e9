package io.muster.rest.sessions;

import io.muster.contract.event.SessionPage;
import io.muster.rest.client.Neighbour;
import io.smallrye.mutiny.Uni;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Who is connected at ingest, as ingest says it. The service that asks registers the page's types
 * for reflection.
 */
public record SessionsAt(Neighbour ingest) implements SessionRetelling.Asked {
  @Override
  public Uni<SessionPage> page(String after, int limit) {
    var from = URLEncoder.encode(after, StandardCharsets.UTF_8);
    return ingest.getExisting(
        "/internal/v1/sessions?after=" + from + "&limit=" + limit, SessionPage.class);
  }
}
