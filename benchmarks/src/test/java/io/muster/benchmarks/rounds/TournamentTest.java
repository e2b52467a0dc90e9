package io.muster.benchmarks.rounds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ProcFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TournamentTest {
  private final List<String> log = new ArrayList<>();
  private long rowsInTable;

  private final RowStore store =
      new RowStore() {
        @Override
        public long count() {
          return rowsInTable;
        }

        @Override
        public void reset() {
          log.add("reset");
          rowsInTable = 0;
        }
      };

  private final Tournament tournament =
      new Tournament(store, ProcFiles.ofThisMachine(), round -> log.add("told"));

  @Test
  void contendersTakeTurnsAndEachBeginsWithAnEmptyTable() throws InterruptedException {
    var rounds =
        tournament.run(List.of(storing("a", 10), storing("b", 20)), 2, Duration.ofSeconds(1));

    assertEquals(
        List.of(
            "reset", "a", "told", "reset", "b", "told", "reset", "a", "told", "reset", "b", "told"),
        log);
    assertEquals(
        List.of("a", "b", "a", "b"), rounds.stream().map(round -> round.contender()).toList());
    assertEquals(20, rounds.getLast().stored().rows());
    assertEquals("harness", rounds.getFirst().bill().costs().getFirst().process());
  }

  @Test
  void aRoundWhoseRowsAreNotInTheTableFails() {
    var liar = new Liar("a", storing("a", 10)); // says one row more than there is

    var failure =
        assertThrows(
            RoundFailedException.class,
            () -> tournament.run(List.of(liar), 1, Duration.ofSeconds(1)));

    assertTrue(failure.getMessage().contains("11"), failure.getMessage());
    assertTrue(failure.getMessage().contains("10"), failure.getMessage());
  }

  @Test
  void aContenderIsReadyBeforeTheTableIsEmptiedAndRestsWhateverHappens() {
    var contender =
        new Storing("a", 10) {
          @Override
          public void prepare() {
            log.add("prepare");
          }

          @Override
          public Stored run(Duration duration) {
            throw new RoundFailedException("no connection");
          }

          @Override
          public void rest() {
            log.add("rest");
          }
        };

    assertThrows(
        RoundFailedException.class,
        () -> tournament.run(List.of(contender), 1, Duration.ofSeconds(1)));

    assertEquals(List.of("prepare", "reset", "rest"), log);
  }

  @Test
  void whoStoresNoRowsIsNotHeldAgainstTheTable() throws InterruptedException {
    var floor =
        new Storing("a", 0) {
          @Override
          public boolean storesRows() {
            return false;
          }

          @Override
          public Stored run(Duration duration) {
            return Stored.rows(7, duration);
          }
        };

    var rounds = tournament.run(List.of(floor), 1, Duration.ofSeconds(1));

    assertEquals(7, rounds.getFirst().stored().rows());
  }

  @Test
  void warmingUpMeasuresNothing() throws InterruptedException {
    tournament.warmUp(List.of(storing("a", 1), storing("b", 1)), Duration.ofSeconds(1));

    assertEquals(List.of("reset", "a", "reset", "b"), log);
  }

  private Contender storing(String name, long rows) {
    return new Storing(name, rows);
  }

  private class Storing implements Contender {
    private final String name;
    private final long rows;

    Storing(String name, long rows) {
      this.name = name;
      this.rows = rows;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public List<ObservedProcess> processes() {
      var pid = ProcessHandle.current().pid();
      return List.of(new ObservedProcess("harness", pid, ObservedProcess.Family.ALONE));
    }

    @Override
    public Stored run(Duration duration) {
      log.add(name);
      rowsInTable += rows;
      return Stored.rows(rows, duration);
    }
  }

  private record Liar(String name, Contender honest) implements Contender {
    @Override
    public List<ObservedProcess> processes() {
      return honest.processes();
    }

    @Override
    public Stored run(Duration duration) throws InterruptedException {
      return Stored.rows(honest.run(duration).rows() + 1, duration);
    }
  }
}
