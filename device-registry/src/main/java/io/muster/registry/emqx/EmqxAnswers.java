package io.muster.registry.emqx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.rest.bans.QuietLogger;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Gives an answer to each question of EMQX, counted: whatever fails is a no, since any other status
 * than 200 would leave the client to what comes next. Thread-safe.
 */
@ApplicationScoped
class EmqxAnswers {
  private static final Logger LOG = Logger.getLogger(EmqxAnswers.class);
  private static final int LINES = 10;

  private final EmqxCounters counters;
  private final ObjectMapper mapper;
  private final QuietLogger unreadable = new QuietLogger(LOG::warn, LINES);

  EmqxAnswers(EmqxCounters counters, ObjectMapper mapper) {
    this.counters = counters;
    this.mapper = mapper;
  }

  /**
   * @param question {@code authn} or {@code authz}
   * @param body of the request
   * @param answer may fail, also before there is a Uni
   * @param result of an answer, {@code allow} or {@code deny}
   * @param deny for want of an answer
   */
  <T> Uni<T> to(
      String question,
      byte[] body,
      Function<JsonNode, Uni<T>> answer,
      Function<T, String> result,
      T deny) {
    var read = read(question, body);
    return read.isEmpty()
        ? Uni.createFrom().item(deny)
        : Uni.createFrom()
            .<T>deferred(() -> answer.apply(read.get()))
            .invoke(it -> counters.count(question, result.apply(it)))
            .onFailure()
            .recoverWithItem(
                failure -> {
                  LOG.warnf("Denied for want of an answer: %s", failure);
                  counters.count(question, EmqxCounters.UNAVAILABLE);
                  return deny;
                });
  }

  /** What EMQX sent; empty, counted and logged without it, when it cannot be read. */
  Optional<JsonNode> read(String question, byte[] body) {
    var read = EmqxText.body(body, mapper);
    if (read.isEmpty()) {
      counters.count(question, EmqxCounters.UNREADABLE);
      tellUnreadable(question, body == null ? 0 : body.length);
    }
    return read;
  }

  private void tellUnreadable(String question, int bytes) {
    unreadable.write("EMQX sent %d bytes for %s that are no JSON object", bytes, question);
  }
}
