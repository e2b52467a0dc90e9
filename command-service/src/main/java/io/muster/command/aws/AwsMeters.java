package io.muster.command.aws;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.aws.JobsTopic.Operation;

/** Counts what devices ask of their jobs, and what they are told. Thread-safe. */
final class AwsMeters {
  private final MeterRegistry meters;

  AwsMeters(MeterRegistry meters) {
    this.meters = meters;
    for (var operation : Operation.values()) {
      requests(operation, "accepted");
    }
    notices("list");
    notices("next");
  }

  void accepted(Operation operation) {
    requests(operation, "accepted").increment();
  }

  void rejected(Operation operation, JobsRefusal refusal) {
    requests(operation, refusal.code().label()).increment();
  }

  void told(int lists, int nexts) {
    notices("list").increment(lists);
    notices("next").increment(nexts);
  }

  private Counter requests(Operation operation, String outcome) {
    return Counter.builder("muster.command.aws.requests")
        .description("What devices asked of their jobs over AWS IoT's topics, by what came of it")
        .tag("operation", operation.label())
        .tag("outcome", outcome)
        .register(meters);
  }

  private Counter notices(String about) {
    return Counter.builder("muster.command.aws.notices")
        .description("Times that a device was told of its jobs over AWS IoT's topics")
        .tag("about", about)
        .register(meters);
  }
}
