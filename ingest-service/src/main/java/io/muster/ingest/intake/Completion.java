package io.muster.ingest.intake;

/** Hears what became of one publication. Called exactly once, on any thread; must not block. */
@FunctionalInterface
public interface Completion {
  void complete(Outcome outcome);
}
