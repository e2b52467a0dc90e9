package io.muster.localstack.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.UserMistake;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicasTest {
  @Test
  void isOneUnlessTold() {
    var replicas = Replicas.parse(List.of("ingest=2"));
    assertEquals(2, replicas.of(StackService.INGEST));
    assertEquals(1, replicas.of(StackService.REGISTRY));
  }

  @Test
  void takesTheModulesNameToo() {
    assertEquals(3, Replicas.parse(List.of("ingest-service=3")).of(StackService.INGEST));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ingest", "ingest=", "ingest=0", "ingest=9", "ingest=two", "ingest=-1"})
  void refusesOtherNumbers(String text) {
    var mistake = assertThrows(UserMistake.class, () -> Replicas.parse(List.of(text)));
    assertTrue(mistake.getMessage().contains("such as ingest=2"), mistake.getMessage());
  }

  @Test
  void namesTheServicesThatThereAre() {
    var mistake = assertThrows(UserMistake.class, () -> Replicas.parse(List.of("broker=2")));
    assertTrue(mistake.getMessage().contains("registry, ingest, command"), mistake.getMessage());
  }

  @Test
  void noTwoReplicasShareAPort() {
    var ports = new java.util.HashSet<Integer>();
    for (var replica = 1; replica <= Replicas.MOST; replica++) {
      for (var first : List.of(8081, 8082, 8083, 8084, 1883, 8883, 8000, 1884, 5433, 8086, 8444)) {
        var single = first == 1884 || first == 5433 || first == 8086;
        if (!single || replica == 1) {
          assertTrue(ports.add(StackService.replicaPort(first, replica)), first + " " + replica);
        }
      }
    }
  }
}
