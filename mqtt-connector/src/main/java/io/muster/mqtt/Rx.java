package io.muster.mqtt;

import io.reactivex.Completable;
import io.reactivex.Single;
import io.smallrye.mutiny.Uni;

/** Turns what the client returns into Mutiny's types. */
final class Rx {
  private Rx() {}

  static <T> Uni<T> uni(Single<T> single) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              var subscription = single.subscribe(emitter::complete, emitter::fail);
              emitter.onTermination(subscription::dispose);
            });
  }

  static Uni<Void> uni(Completable completable) {
    return Uni.createFrom()
        .emitter(
            emitter -> {
              var subscription = completable.subscribe(() -> emitter.complete(null), emitter::fail);
              emitter.onTermination(subscription::dispose);
            });
  }
}
