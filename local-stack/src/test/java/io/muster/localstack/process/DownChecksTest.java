package io.muster.localstack.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class DownChecksTest {
  @Test
  void namesTheChecksThatAreDownWithTheirReasons() {
    var answer =
        """
        {"status":"DOWN","checks":[
          {"name":"device endpoint","status":"UP","data":{"listening":true}},
          {"name":"store","status":"DOWN","data":{"reason":"Connection refused"}},
          {"name":"channels","status":"DOWN","data":{"relay":"[KO] - away"}},
          {"name":"bare","status":"DOWN"}]}""";
    assertEquals(
        Optional.of("store (Connection refused), channels (relay [KO] - away), bare"),
        DownChecks.in(answer));
  }

  @Test
  void saysNothingOfWhatIsNoHealthAnswer() {
    assertEquals(Optional.empty(), DownChecks.in("<html>"));
    assertEquals(Optional.empty(), DownChecks.in("[]"));
    assertEquals(Optional.empty(), DownChecks.in(""));
  }

  @Test
  void isShortWhateverIsSaid() {
    var answer =
        "{\"checks\":[{\"name\":\"%s\",\"status\":\"DOWN\"}]}".formatted("x".repeat(5_000));
    assertTrue(DownChecks.in(answer).orElseThrow().length() < 250);
  }
}
