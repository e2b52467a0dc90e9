package io.muster.command.aws;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.aws.ExecutionTable.Found;
import io.muster.command.aws.JobsRequest.Ask;
import io.muster.command.queue.QueueTransaction;
import io.muster.command.queue.Queues;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.outbox.EventIds;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What devices ask and say over AWS IoT's topics, and who listens there, for whoever follows
 * ingest's log. Thread-safe.
 */
@ApplicationScoped
public class AwsJobs {
  private final FetchingDevices fetching;
  private final AwsConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final RequestRate rate;
  private final AwsMeters meters;

  AwsJobs(Queues queues, AwsConfig config, Clock clock, MeterRegistry meters) {
    this.fetching = new FetchingDevices(queues, config, clock);
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.rate = new RequestRate(config.requestsPerSecond(), config.requestBurst());
    this.meters = new AwsMeters(meters);
  }

  /** Reads a request; empty when the event is none. */
  public Optional<JobsRequest> read(OutboxEvent event) {
    return JobsTopic.parse(event.topic()).map(topic -> read(topic, event));
  }

  private JobsRequest read(JobsTopic topic, OutboxEvent event) {
    var trace = trace(event.userProperties());
    // One too many is not read, so that asking too often costs less than asking.
    return rate.allows(event.id(), topic.device(), event.createdAt())
        ? JobsRequestReader.read(topic, event.payload(), trace, config.requestBytes())
        : JobsRequestReader.refused(topic, JobsRefusal.tooManyRequests(), trace);
  }

  /**
   * Remembers who fetches jobs, before their queues are begun: it decides what is sent.
   *
   * @param devices all whose queues the transaction will hold; they are locked together
   * @param listenings in their order
   */
  public Uni<Void> learn(
      SqlConnection db,
      Set<DeviceAddress> devices,
      List<Listening> listenings,
      Collection<JobsRequest> requests) {
    return fetching.learn(db, devices, listenings, devices(requests));
  }

  /**
   * Reads what the requests are about.
   *
   * @param open the queues of the devices that ask, among others
   */
  public Uni<JobsTransaction> begin(
      SqlConnection db, QueueTransaction open, Collection<JobsRequest> requests) {
    var now = clock.instant();
    if (requests.isEmpty()) {
      return Uni.createFrom().item(begin(open, List.of(), now));
    }
    return ExecutionTable.openOf(db, devices(requests))
        .flatMap(
            found ->
                named(db, requests)
                    .map(
                        last -> {
                          List<Found> all = new ArrayList<>(last);
                          all.addAll(found);
                          return begin(open, all, now);
                        }));
  }

  private JobsTransaction begin(QueueTransaction open, List<Found> found, Instant now) {
    return new JobsTransaction(
        new DeviceExecutions(open, found, now),
        new JobsOutgoing(ids, now),
        meters,
        config.listed(),
        now);
  }

  private static Uni<List<Found>> named(SqlConnection db, Collection<JobsRequest> requests) {
    List<DeviceAddress> devices = new ArrayList<>();
    List<UUID> jobs = new ArrayList<>();
    for (var request : requests) {
      jobOf(request.ask())
          .ifPresent(
              job -> {
                devices.add(request.topic().device());
                jobs.add(job);
              });
    }
    return ExecutionTable.last(db, devices, jobs);
  }

  private static Optional<UUID> jobOf(Ask ask) {
    return switch (ask) {
      case Ask.Describe it -> uuid(it.jobId());
      case Ask.Update it -> uuid(it.jobId());
      case Ask.GetPending it -> Optional.empty();
      case Ask.StartNext it -> Optional.empty();
      case Ask.Refused it -> Optional.empty();
    };
  }

  /** The device's client has a message that told it of its jobs. */
  public Uni<Void> arrived(SqlConnection db, DeviceAddress device, UUID message) {
    return DeviceTable.arrived(db, device, message);
  }

  /**
   * The devices are gone: whoever comes under their names begins anew. Its caller holds their
   * queues.
   */
  public static Uni<Void> forget(SqlConnection db, Collection<DeviceAddress> devices) {
    return DeviceTable.forget(db, devices);
  }

  private static Set<DeviceAddress> devices(Collection<JobsRequest> requests) {
    Set<DeviceAddress> devices = new HashSet<>();
    requests.forEach(it -> devices.add(it.topic().device()));
    return devices;
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text)).filter(it -> it.toString().equals(text));
    } catch (IllegalArgumentException otherId) {
      return Optional.empty();
    }
  }

  /** The answer belongs to the trace of its request. */
  private static UserProperties trace(UserProperties properties) {
    var trace = UserProperties.builder();
    for (var name : List.of("traceparent", "tracestate")) {
      if (properties.get(name) != null) {
        trace.add(name, properties.get(name));
      }
    }
    return trace.build();
  }
}
