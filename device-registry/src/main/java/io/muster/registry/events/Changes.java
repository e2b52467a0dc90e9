package io.muster.registry.events;

import io.quarkus.hibernate.reactive.panache.Panache;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Supplier;

/** How this service's data is read and changed. Thread-safe; needs a Vert.x context. */
@ApplicationScoped
public class Changes {
  private final EventPublisher publisher;

  Changes(EventPublisher publisher) {
    this.publisher = publisher;
  }

  /** Runs in one transaction; its events go out after the commit. */
  public <T> Uni<T> inTransaction(Supplier<Uni<T>> change) {
    return Panache.withTransaction(change).invoke(publisher::wakeUp);
  }

  /** Reads in one session. */
  public <T> Uni<T> reading(Supplier<Uni<T>> question) {
    return Panache.withSession(question);
  }
}
