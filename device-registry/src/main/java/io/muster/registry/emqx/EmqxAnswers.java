package io.muster.registry.emqx;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Gives an answer to each question of EMQX, counted: whatever fails is a no, since any other status
 * than 200 would leave the client to what comes next. Thread-safe.
 */
@ApplicationScoped
class EmqxAnswers {
  private static final Logger LOG = Logger.getLogger(EmqxAnswers.class);
  private static final String UNAVAILABLE = "unavailable";

  private final EmqxCounters counters;

  EmqxAnswers(EmqxCounters counters) {
    this.counters = counters;
  }

  /**
   * @param question {@code authn} or {@code authz}
   * @param answer may fail, also before there is a Uni
   * @param result of an answer, {@code allow} or {@code deny}
   * @param deny for want of an answer
   */
  <T> Uni<T> to(String question, Supplier<Uni<T>> answer, Function<T, String> result, T deny) {
    return Uni.createFrom()
        .<T>deferred(answer::get)
        .invoke(it -> counters.count(question, result.apply(it)))
        .onFailure()
        .recoverWithItem(
            failure -> {
              LOG.warnf("Denied for want of an answer: %s", failure);
              counters.count(question, UNAVAILABLE);
              return deny;
            });
  }
}
