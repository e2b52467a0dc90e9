package io.muster.command.aws;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.command.aws.ExecutionTable.Found;
import io.muster.command.aws.NoticeTable.Due;
import io.muster.command.database.Database;
import io.muster.command.queue.Queues;
import io.muster.command.queue.Written;
import io.muster.outbox.EventIds;
import io.muster.outbox.chore.Chore;
import io.muster.outbox.chore.Outage;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Tells devices that fetch their jobs when these are others than they were told last. Who changes a
 * queue marks its device as due; which instance tells it does not matter, and what one leaves
 * behind when it dies is due all the same. Thread-safe.
 */
@ApplicationScoped
class Notices {
  private static final Logger LOG = Logger.getLogger(Notices.class);

  private final Database database;
  private final Queues queues;
  private final AwsConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final AwsMeters meters;
  private final Chore chore;

  Notices(Database database, Queues queues, AwsConfig config, Clock clock, MeterRegistry meters) {
    this.database = database;
    this.queues = queues;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
    this.meters = new AwsMeters(meters);
    this.chore =
        new Chore(
            this::tellUntilNobodyIsDue,
            new Outage(
                LOG,
                "Devices cannot be told of their jobs for now: %s",
                "Devices are told of their jobs again"));
  }

  /**
   * @param devices that were looked at
   */
  private record Done(int devices, int lists, int nexts) {}

  void start(@Observes StartupEvent started, Vertx vertx) {
    chore.every(config.interval(), vertx);
  }

  void stop(@Observes ShutdownEvent stopping) {
    chore.stop();
  }

  private Uni<Void> tellUntilNobodyIsDue() {
    return tellDue(config.batchDevices())
        .flatMap(
            looked ->
                looked < config.batchDevices()
                    ? Uni.createFrom().voidItem()
                    : tellUntilNobodyIsDue());
  }

  /**
   * Tells those that are due, in one transaction.
   *
   * @return how many were looked at
   */
  Uni<Integer> tellDue(int limit) {
    var now = clock.instant();
    return database
        .inTransaction(db -> NoticeTable.lockDue(db, now, limit).flatMap(due -> tell(db, due, now)))
        .invoke(
            done -> {
              meters.told(done.lists(), done.nexts());
              queues.committed(Written.messages(done.lists() + done.nexts()));
            })
        .map(Done::devices);
  }

  private Uni<Done> tell(SqlConnection db, List<Due> due, Instant now) {
    if (due.isEmpty()) {
      return Uni.createFrom().item(new Done(0, 0, 0));
    }
    var hearing = due.stream().filter(it -> it.isToBeTold(now)).toList();
    var others = due.stream().filter(it -> !it.isToBeTold(now)).toList();
    var round = new NoticeRound(db, config, new JobsOutgoing(ids, now), now);
    return NoticeTable.notNow(db, others)
        .flatMap(done -> ExecutionTable.open(db, hearing.stream().map(Due::queueKey).toList()))
        .flatMap(found -> round.tell(hearing, byQueue(found)))
        .flatMap(done -> round.write())
        .map(done -> new Done(due.size(), round.lists(), round.nexts()));
  }

  private static Map<Long, List<Found>> byQueue(List<Found> found) {
    Map<Long, List<Found>> byQueue = new HashMap<>();
    found.forEach(it -> byQueue.computeIfAbsent(it.queueKey(), key -> new ArrayList<>()).add(it));
    return byQueue;
  }
}
