package io.muster.registry.bulk;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.rest.problem.Explanation;
import io.muster.rest.problem.RefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * One import: batch after batch is read, committed and answered. Nothing is read while an answer
 * waits for its client, and nothing is answered that is not committed. For one virtual thread.
 */
final class DeviceImport {
  private static final Logger LOG = Logger.getLogger(DeviceImport.class);

  private final ImportJob job;
  private final Batches batches;
  private final ImportWork work;
  private final BulkLimits limits;
  private final ObjectMapper mapper;
  private final Clock clock;
  private final boolean rejectedOnly;
  private final Instant until;
  private final Tally tally = new Tally();
  private Batch batch;
  private List<RowResult> results;

  /**
   * @param until when it ends, whatever is left
   * @param rejectedOnly whether rows with which all went well are left out of the answer
   */
  DeviceImport(
      ImportJob job,
      Batches batches,
      ImportWork work,
      BulkLimits limits,
      ObjectMapper mapper,
      Clock clock,
      Instant until,
      boolean rejectedOnly) {
    this.job = job;
    this.batches = batches;
    this.work = work;
    this.limits = limits;
    this.mapper = mapper;
    this.clock = clock;
    this.rejectedOnly = rejectedOnly;
    this.until = until;
  }

  /**
   * Commits the first batch, before anything is answered: what is wrong with the whole request has
   * a status of its own.
   *
   * @throws IOException when the client is gone
   */
  void begin() throws IOException {
    batch = batches.next();
    results = work.commit(job, batch);
  }

  /**
   * Answers the first batch and works on all others.
   *
   * @throws IOException when the client is gone; what was committed stays
   */
  void goOn(OutputStream client) throws IOException {
    try {
      while (true) {
        tally.add(results);
        answer(client);
        var over = batch.last() ? null : overLimit();
        if (batch.last() || over != null) {
          summarize(client, over);
          return;
        }
        if (!readOn()) {
          summarize(client, "The request broke off after this line, or was too slow or too long.");
          return;
        }
        results = work.commit(job, batch);
      }
    } catch (ImportWork.UncertainException unknown) {
      summarize(
          client,
          "The database went away at a commit; the rows after lastLine up to line %d may be done or not."
              .formatted(batch.lastLine()));
    } catch (RefusedException refused) {
      summarize(
          client, Explanation.of(refused).map(DeviceImport::words).orElse("The tenant is gone."));
    } catch (RuntimeException failure) {
      if (!Explanation.passes(failure)) {
        LOG.errorf(failure, "An import for %s failed", job.tenant());
      }
      summarize(
          client,
          Explanation.passes(failure)
              ? "The database cannot be reached at the moment; try again later."
              : "This is a fault of the service.");
    } finally {
      LOG.infof(
          "Devices imported for %s by %s from %s: %s",
          job.tenant(), job.author().subject(), job.author().address(), tally);
    }
  }

  /** Whether there is another batch; what was read of one that broke off counts for nothing. */
  private boolean readOn() {
    try {
      batch = batches.next();
      return true;
    } catch (IOException brokenOff) {
      LOG.debugf(brokenOff, "An import for %s broke off", job.tenant());
      return false;
    }
  }

  private String overLimit() {
    if (tally.rows() >= limits.maxRows()) {
      return "The limit of %d rows is reached.".formatted(limits.maxRows());
    }
    return clock.instant().isAfter(until)
        ? "The limit of %s is reached.".formatted(limits.maxDuration())
        : null;
  }

  private static String words(Explanation why) {
    return why.errors().isEmpty()
        ? why.detail()
        : why.errors().getFirst().parameter() + " " + why.errors().getFirst().detail() + ".";
  }

  private void answer(OutputStream client) throws IOException {
    var text = new ByteArrayOutputStream(64 * results.size() + 64);
    for (var result : results) {
      if (!rejectedOnly || result.isRejected()) {
        text.write(mapper.writeValueAsBytes(result));
        text.write('\n');
      }
    }
    text.writeTo(client);
    client.flush();
  }

  private void summarize(OutputStream client, String reason) throws IOException {
    client.write(mapper.writeValueAsBytes(tally.summary(reason)));
    client.write('\n');
    client.flush();
  }
}
