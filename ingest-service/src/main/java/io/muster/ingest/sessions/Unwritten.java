package io.muster.ingest.sessions;

import io.muster.contract.id.ClientIdentifier;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Of which clients the end of a connection is still to be written. Thread-safe. */
final class Unwritten {
  private final ConcurrentHashMap<ClientIdentifier, Ends> byClient = new ConcurrentHashMap<>();

  private record Ends(int count, CompletableFuture<Void> none) {}

  void add(ClientIdentifier client) {
    byClient.compute(
        client,
        (key, ends) ->
            ends == null
                ? new Ends(1, new CompletableFuture<>())
                : new Ends(ends.count + 1, ends.none));
  }

  void written(ClientIdentifier client) {
    var done = new CompletableFuture<?>[1];
    byClient.computeIfPresent(
        client,
        (key, ends) -> {
          if (ends.count > 1) {
            return new Ends(ends.count - 1, ends.none);
          }
          done[0] = ends.none;
          return null;
        });
    if (done[0] != null) {
      done[0].complete(null);
    }
  }

  boolean has(ClientIdentifier client) {
    return byClient.containsKey(client);
  }

  /** Completes when there is none of the client. */
  Uni<Void> none(ClientIdentifier client) {
    var ends = byClient.get(client);
    return ends == null
        ? Uni.createFrom().voidItem()
        : Uni.createFrom().completionStage(ends.none.minimalCompletionStage());
  }
}
