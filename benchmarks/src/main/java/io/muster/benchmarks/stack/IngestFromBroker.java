package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import java.util.List;

/**
 * ingest-service with {@code muster.ingest.source=broker}: it consumes all the time through
 * muster-mqtt, and finds nothing when it is not its turn.
 *
 * @param broker that it was configured with
 */
public record IngestFromBroker(BenchmarkStack stack, OpenBroker broker) implements BrokerConsumer {
  @Override
  public void begin() {}

  @Override
  public void end() {}

  @Override
  public void kill() {
    stack.ingest().kill();
  }

  @Override
  public void restart() {
    stack.ingest().restart();
  }

  @Override
  public List<ObservedProcess> processes() {
    return List.of(stack.ingest().observed(), stack.databaseProcess());
  }
}
