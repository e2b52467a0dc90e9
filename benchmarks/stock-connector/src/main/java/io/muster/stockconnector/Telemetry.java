package io.muster.stockconnector;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Flow;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** What comes over the stock connector, into the table of readings. */
@ApplicationScoped
class Telemetry {
  private final ReadingWriter writer;
  private final int lanes;
  private final int batchRows;

  Telemetry(
      ReadingWriter writer,
      @ConfigProperty(name = "peer.lanes") int lanes,
      @ConfigProperty(name = "peer.batch-rows") int batchRows) {
    this.writer = writer;
    this.lanes = lanes;
    this.batchRows = batchRows;
  }

  @Incoming("telemetry")
  Flow.Subscriber<Message<byte[]>> store() {
    return new Batches(writer, lanes, batchRows);
  }
}
