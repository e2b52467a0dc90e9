package io.muster.command.aws;

import io.muster.command.aws.ExecutionTable.Found;
import io.muster.command.aws.NoticeTable.Due;
import io.muster.command.aws.PendingJobs.Item;
import io.muster.contract.message.UserProperties;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What one transaction tells devices of their jobs. For one thread. */
final class NoticeRound {
  private final SqlConnection db;
  private final AwsConfig config;
  private final JobsOutgoing outgoing;
  private final Instant now;
  private int lists;
  private int nexts;

  NoticeRound(SqlConnection db, AwsConfig config, JobsOutgoing outgoing, Instant now) {
    this.db = db;
    this.config = config;
    this.outgoing = outgoing;
    this.now = now;
  }

  /** How often somebody is told of a list. */
  int lists() {
    return lists;
  }

  /** How often of a next one. */
  int nexts() {
    return nexts;
  }

  /**
   * Decides what they are told and remembers it.
   *
   * @param found what they have before them, by their queues' keys
   */
  Uni<Void> tell(List<Due> hearing, Map<Long, List<Found>> found) {
    return Multi.createFrom()
        .iterable(hearing)
        .onItem()
        .transformToUniAndConcatenate(it -> tell(it, found.getOrDefault(it.queueKey(), List.of())))
        .collect()
        .last()
        .replaceWithVoid();
  }

  /** Puts it on its way. */
  Uni<Void> write() {
    return outgoing.write(db);
  }

  private Uni<Void> tell(Due due, List<Found> found) {
    var items = PendingJobs.of(found.stream().map(Found::item).toList());
    var notice =
        Notice.of(items, due.told(), now, config.tellAgainAfter(), config.tellAgainTimes());
    var said = say(due, found, items, notice);
    var waiting = notice.isAny() ? said : due.messages();
    var before = notice.isAny() && !notice.again() ? 0 : due.told().times();
    return NoticeTable.write(
        db,
        due,
        new Notice.Told(
            Notice.keys(items),
            Notice.next(items),
            notice.tellAgainAt() != null,
            notice.isAny() ? before + 1 : before,
            notice.tellAgainAt()),
        notice.tellAgainAt() == null ? List.of() : waiting);
  }

  private List<UUID> say(Due due, List<Found> found, List<Item> items, Notice notice) {
    List<UUID> said = new ArrayList<>(2);
    if (notice.list()) {
      lists++;
      said.add(
          outgoing.say(
              JobsOutgoing.topicName(due.device(), "notify"),
              JobsMessages.list(items.stream().limit(config.listed()).toList(), now),
              UserProperties.NONE));
    }
    if (notice.next()) {
      nexts++;
      said.add(sayNext(due, found, items));
    }
    return said;
  }

  private UUID sayNext(Due due, List<Found> found, List<Item> items) {
    var topicName = JobsOutgoing.topicName(due.device(), "notify-next");
    var message = JobsJson.object().put("timestamp", now.getEpochSecond());
    if (items.isEmpty()) {
      return outgoing.say(topicName, message, UserProperties.NONE);
    }
    var next = items.getFirst();
    var it = found.stream().filter(each -> each.item().equals(next)).findFirst().orElseThrow();
    var execution =
        JobsMessages.execution(due.device(), next.execution(), next.status(), it.respondBy(), now);
    message.set("execution", execution);
    return outgoing.say(topicName, message, execution, next.execution().commandKey(), it.trace());
  }
}
