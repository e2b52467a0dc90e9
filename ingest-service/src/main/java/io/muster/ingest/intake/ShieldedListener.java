package io.muster.ingest.intake;

import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/** Lets a lane go on when its listener fails: what it measures and tells is not worth a message. */
final class ShieldedListener implements LaneListener {
  private static final Logger LOG = Logger.getLogger("io.muster.ingest.intake");

  private static final Commit UNHEARD =
      new Commit() {
        @Override
        public void committed(int duplicates) {}

        @Override
        public void failed(Throwable cause) {}
      };

  private final LaneListener listener;

  ShieldedListener(LaneListener listener) {
    this.listener = listener;
  }

  @Override
  public boolean admitsDeadLetter(Entry entry) {
    try {
      return listener.admitsDeadLetter(entry);
    } catch (Throwable fault) {
      log(fault);
      return true;
    }
  }

  @Override
  public Commit committing(List<Entry> entries) {
    try {
      return new ShieldedCommit(listener.committing(entries));
    } catch (Throwable fault) {
      log(fault);
      return UNHEARD;
    }
  }

  @Override
  public void finished(Entry entry, Outcome outcome) {
    try {
      listener.finished(entry, outcome);
    } catch (Throwable fault) {
      log(fault);
    }
  }

  @Override
  public void lost(Entry entry) {
    try {
      listener.lost(entry);
    } catch (Throwable fault) {
      log(fault);
    }
  }

  @Override
  public void stalled(Duration waited) {
    try {
      listener.stalled(waited);
    } catch (Throwable fault) {
      log(fault);
    }
  }

  private static void log(Throwable fault) {
    LOG.error("A listener of a lane failed", fault);
  }

  private record ShieldedCommit(Commit commit) implements Commit {
    @Override
    public void committed(int duplicates) {
      try {
        commit.committed(duplicates);
      } catch (Throwable fault) {
        log(fault);
      }
    }

    @Override
    public void failed(Throwable cause) {
      try {
        commit.failed(cause);
      } catch (Throwable fault) {
        log(fault);
      }
    }
  }
}
