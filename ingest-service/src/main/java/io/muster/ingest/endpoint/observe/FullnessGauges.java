package io.muster.ingest.endpoint.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.limits.Knocking;
import io.muster.ingest.endpoint.limits.PausedConnections;
import io.muster.ingest.endpoint.limits.ReadGate.Hold;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.function.Predicate;

/** Shows what is held now, and what is shed for it. Stateless. */
public final class FullnessGauges {
  private final MeterRegistry registry;

  public FullnessGauges(MeterRegistry registry) {
    this.registry = registry;
  }

  /** To be called once. */
  public void watch(PausedConnections paused, Knocking knocking, ByteBudget budget) {
    for (var hold : Hold.values()) {
      Gauge.builder("muster.endpoint.held", paused, it -> it.count(hold))
          .description("Sockets not read now for that reason; one may have several")
          .tag("reason", EndpointMetrics.label(hold))
          .register(registry);
    }
    step("qos0", budget, ByteBudget::shedsQos0);
    step("reads", budget, ByteBudget::shedsReads);
    step("connections", budget, ByteBudget::refusesConnections);
    step("reading", budget, ByteBudget::isExhausted);
    Gauge.builder("muster.endpoint.knocking.max.bytes", knocking, it -> it.memory().maxBytes())
        .description("The most that is held for sockets without an accepted CONNECT")
        .register(registry);
    Gauge.builder(
            "muster.endpoint.buffers.bytes",
            PooledByteBufAllocator.DEFAULT.metric(),
            it -> it.usedDirectMemory())
        .description("Direct memory that the sockets' buffers have taken from the system")
        .register(registry);
  }

  private void step(String step, ByteBudget budget, Predicate<ByteBudget> sheds) {
    Gauge.builder("muster.endpoint.shedding", budget, it -> sheds.test(it) ? 1 : 0)
        .description("1 while memory is so short that this is shed")
        .tag("step", step)
        .register(registry);
  }
}
