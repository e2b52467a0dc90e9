package io.muster.command.database;

import io.smallrye.mutiny.Uni;
import java.util.List;

/**
 * Statements of one connection that do not need each other's results: sent one after the other
 * without waiting for the answers in between. The server runs them in that order. Stateless.
 */
public final class Pipeline {
  private Pipeline() {}

  /**
   * Completes when all are done; fails with the first failure, after which a transaction refuses
   * the rest.
   */
  public static Uni<Void> of(Uni<?>... statements) {
    return Uni.combine().all().unis(List.of(statements)).discardItems();
  }
}
