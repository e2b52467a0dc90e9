package io.muster.stockconnector;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Gathers what comes while transactions are under way, so that batches are as large as they need to
 * be, and acknowledges what is committed. It asks for no more than it may hold; what comes beyond
 * that is the connector's to keep. Thread-safe.
 */
final class Batches implements Flow.Subscriber<Message<byte[]>> {
  private static final Logger LOG = Logger.getLogger(Batches.class);

  private final ReadingWriter writer;
  private final int lanes;
  private final int batchRows;
  private final ArrayDeque<Message<byte[]>> waiting = new ArrayDeque<>();
  private Flow.Subscription subscription;
  private int writing;

  /**
   * @param lanes transactions at a time
   * @param batchRows most messages in one
   */
  Batches(ReadingWriter writer, int lanes, int batchRows) {
    this.writer = writer;
    this.lanes = lanes;
    this.batchRows = batchRows;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscribed) {
    subscription = subscribed;
    subscription.request(2L * lanes * batchRows);
  }

  @Override
  public void onNext(Message<byte[]> message) {
    synchronized (this) {
      waiting.add(message);
    }
    writeNext();
  }

  private void writeNext() {
    var batch = next();
    if (batch.isEmpty()) {
      return;
    }
    writer
        .write(batch)
        .subscribe()
        .with(
            written -> {
              batch.forEach(Message::ack);
              finished(batch.size());
            },
            failed -> {
              LOG.error("a batch was not written", failed);
              finished(batch.size());
            });
  }

  private synchronized List<Message<byte[]>> next() {
    var batch = new ArrayList<Message<byte[]>>();
    if (writing < lanes) {
      while (batch.size() < batchRows && !waiting.isEmpty()) {
        batch.add(waiting.poll());
      }
      writing += batch.isEmpty() ? 0 : 1;
    }
    return batch;
  }

  private void finished(int messages) {
    synchronized (this) {
      writing--;
    }
    subscription.request(messages);
    writeNext();
  }

  @Override
  public void onError(Throwable failure) {
    LOG.error("the channel has ended", failure);
  }

  @Override
  public void onComplete() {
    LOG.info("the channel has ended");
  }
}
