package io.muster.registry.emqx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class EmqxAnswersTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final EmqxAnswers answers = new EmqxAnswers(new EmqxCounters(meters), new ObjectMapper());

  @Test
  void anAnswerIsGivenAndCounted() {
    assertEquals("allow", ask(() -> Uni.createFrom().item("allow")));
    assertEquals(1, count("allow"));
  }

  @Test
  void aFailureIsANo() {
    assertEquals(
        "deny", ask(() -> Uni.createFrom().failure(new IllegalStateException("database away"))));
    assertEquals(1, count("unavailable"));
  }

  @Test
  void whatFailsBeforeThereIsAUniIsANoAsWell() {
    assertEquals(
        "deny",
        ask(
            () -> {
              throw new IllegalStateException("as the test wants it");
            }));
    assertEquals(1, count("unavailable"));
  }

  @Test
  void whatCannotBeReadIsANoAndCountedByItself() {
    for (var body : List.of("", "{", "[]", "1", "null", "\u0000")) {
      assertEquals("deny", ask(body, () -> Uni.createFrom().item("allow")), body);
    }
    assertEquals(6, count("unreadable"));
    assertEquals(0, count("deny"));
    assertEquals(0, count("allow"));
  }

  private String ask(Supplier<Uni<String>> answer) {
    return ask("{}", answer);
  }

  private String ask(String body, Supplier<Uni<String>> answer) {
    return answers
        .to(
            "authz",
            body.getBytes(StandardCharsets.UTF_8),
            _ -> answer.get(),
            Function.identity(),
            "deny")
        .await()
        .atMost(Duration.ofSeconds(60));
  }

  private double count(String result) {
    return meters
        .get("muster.registry.emqx.requests")
        .tags("question", "authz", "result", result)
        .counter()
        .count();
  }
}
