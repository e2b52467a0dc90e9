package io.muster.ingest.retention;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** What others need to know of the retention. */
class RetentionBeans {

  @Produces
  @Singleton
  ReadingPartitions partitions(Clock clock, RetentionConfig config) {
    return new ReadingPartitions(clock, config.dailyPartitions());
  }
}
