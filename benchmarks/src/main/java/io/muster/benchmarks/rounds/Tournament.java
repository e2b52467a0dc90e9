package io.muster.benchmarks.rounds;

import io.muster.benchmarks.accounting.Meter;
import io.muster.benchmarks.accounting.ProcFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Measures contenders in alternating rounds, A B C A B C: what slows the machine for a while slows
 * all of them.
 */
public final class Tournament {
  private final RowStore store;
  private final ProcFiles proc;
  private final Consumer<Round> progress;

  /**
   * @param progress hears of each round when it is over
   */
  public Tournament(RowStore store, ProcFiles proc, Consumer<Round> progress) {
    this.store = store;
    this.proc = proc;
    this.progress = progress;
  }

  /**
   * Runs all.
   *
   * @param rounds of each contender
   * @param duration of one round
   * @throws RoundFailedException when what a contender says it stored is not what the table holds
   */
  public List<Round> run(List<? extends Contender> contenders, int rounds, Duration duration)
      throws InterruptedException {
    var all = new ArrayList<Round>();
    for (var number = 0; number < rounds; number++) {
      for (var contender : contenders) {
        var round = measured(contender, duration);
        progress.accept(round);
        all.add(round);
      }
    }
    return all;
  }

  /** Runs each once for a moment and forgets it: the first round would measure compilers. */
  public void warmUp(List<? extends Contender> contenders, Duration duration)
      throws InterruptedException {
    for (var contender : contenders) {
      turn(
          contender,
          () -> {
            contender.warmUp(duration);
            return null;
          });
    }
  }

  private Round measured(Contender contender, Duration duration) throws InterruptedException {
    return turn(
        contender,
        () -> {
          try (var meter = Meter.start(proc, contender.processes())) {
            var stored = contender.run(duration);
            var bill = meter.read();
            if (contender.storesRows()) {
              requireSame(contender, stored.rows(), store.count());
            }
            return new Round(contender.name(), stored, bill);
          }
        });
  }

  private <T> T turn(Contender contender, Turn<T> turn) throws InterruptedException {
    contender.prepare();
    try {
      store.reset();
      return turn.take();
    } finally {
      contender.rest();
    }
  }

  private interface Turn<T> {
    T take() throws InterruptedException;
  }

  private static void requireSame(Contender contender, long told, long counted) {
    if (told != counted) {
      throw new RoundFailedException(
          "%s was told that %,d rows are stored; the table holds %,d"
              .formatted(contender.name(), told, counted));
    }
  }
}
