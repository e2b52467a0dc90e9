package io.muster.command.commands;

import io.muster.command.audit.AuditEntry;
import io.muster.command.audit.AuditLog;
import io.muster.command.database.Database;
import io.muster.command.database.Pipeline;
import io.muster.command.database.Together;
import io.muster.command.problem.ConflictKind;
import io.muster.command.queue.QueueTransaction;
import io.muster.command.queue.Queues;
import io.muster.command.queue.Written;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.outbox.ContentFailure;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.Refusal;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Puts commands into the queues of their devices. Those that come while the database is at it go
 * together in its next transaction: the more there are to do, the less each costs. What one is
 * refused for is no other's affair. Thread-safe.
 */
@ApplicationScoped
class Intake {
  /** Each with its payload, which is tens of kilobytes at most. */
  private static final int MOST_AT_ONCE = 100;

  /** So that one queue whose lock somebody holds does not hold up all. */
  private static final int LANES = 2;

  private final Database database;
  private final NewCommands table;
  private final TenantUse tenants;
  private final IdempotentRequests requests;
  private final Queues queues;
  private final AuditLog audit;
  private final CommandLimits limits;
  private final List<Together<Order, Map<UUID, Fate>>> lanes;

  /**
   * A command that somebody wants to send.
   *
   * @param queue of its device
   */
  record Order(
      long queue,
      DeviceAddress device,
      UUID id,
      NewCommand command,
      Optional<IdempotencyKey> key,
      Author author,
      Map<String, String> trace) {

    private Optional<IdempotentRequests.Key> used() {
      return key.map(it -> new IdempotentRequests.Key(queue, it));
    }

    private NewCommands.Row row(Instant now) {
      return new NewCommands.Row(queue, device, id, command, author, trace, now);
    }

    private AuditLog.Signed signed() {
      return new AuditLog.Signed(
          AuditEntry.ofDevice("command-sent", device, "/commands/" + id), author);
    }
  }

  /**
   * A command that was sent, by this request or by the one that it repeats.
   *
   * @param row null for a repeated request
   */
  record Sent(UUID command, NewCommands.Row row) {

    boolean isNew() {
      return row != null;
    }

    /**
     * What a look at it shows; as it was queued when that fails. It is sent, whatever comes after:
     * who hears of a failure and of no id sends it once more. A repeated request may be repeated.
     */
    Uni<CommandView> orAsQueued(Uni<CommandView> look) {
      return isNew() ? look.onFailure().recoverWithItem(() -> CommandView.queued(row)) : look;
    }
  }

  /** One of the two is null. */
  private record Fate(Sent sent, Throwable refused) {

    Uni<Sent> orRefused() {
      return sent != null ? Uni.createFrom().item(sent) : Uni.createFrom().failure(refused);
    }
  }

  private record Taken(Map<UUID, Fate> fates, List<Order> fresh, Written written) {}

  Intake(
      Database database,
      NewCommands table,
      TenantUse tenants,
      IdempotentRequests requests,
      Queues queues,
      AuditLog audit,
      CommandLimits limits) {
    this.database = database;
    this.table = table;
    this.tenants = tenants;
    this.requests = requests;
    this.queues = queues;
    this.audit = audit;
    this.limits = limits;
    this.lanes =
        IntStream.range(0, LANES)
            .mapToObj(i -> new Together<Order, Map<UUID, Fate>>(MOST_AT_ONCE, this::take))
            .toList();
  }

  /**
   * Completes when it is committed. Fails with 404 when the device was deleted meanwhile, with 409
   * when the key was used for another command, with 429 when device or tenant have as many open
   * commands as they may.
   */
  Uni<Sent> put(Order order) {
    return lanes
        .get((int) Math.floorMod(order.queue(), (long) LANES))
        .ask(order)
        .flatMap(fates -> fates.get(order.id()).orRefused());
  }

  /**
   * In a transaction of somebody else's, which fails with what it is refused for.
   *
   * @return for {@link Queues#committed} after the commit
   */
  Uni<Written> within(SqlConnection db, Order order) {
    return take(db, List.of(order))
        .flatMap(taken -> taken.fates().get(order.id()).orRefused().replaceWith(taken.written()));
  }

  private Uni<Map<UUID, Fate>> take(List<Order> orders) {
    return commit(orders)
        .onFailure(failure -> orders.size() > 1 && ContentFailure.isOfTheData(failure))
        .recoverWithUni(() -> oneByOne(orders));
  }

  private Uni<Map<UUID, Fate>> oneByOne(List<Order> orders) {
    return Multi.createFrom()
        .iterable(orders)
        .onItem()
        .transformToUniAndConcatenate(
            order ->
                commit(List.of(order))
                    .onFailure()
                    .recoverWithItem(failure -> Map.of(order.id(), new Fate(null, failure))))
        .collect()
        .in(HashMap::new, Map::putAll);
  }

  private Uni<Map<UUID, Fate>> commit(List<Order> orders) {
    return database
        .inTransaction(db -> take(db, orders))
        .invoke(
            taken -> {
              taken.fresh().stream()
                  .map(Order::signed)
                  .forEach(it -> audit.tell(it.entry(), it.author()));
              queues.committed(taken.written());
            })
        .map(Taken::fates);
  }

  private Uni<Taken> take(SqlConnection db, List<Order> orders) {
    return table
        .lock(db, orders.stream().map(Order::queue).toList())
        .flatMap(
            open ->
                Uni.combine()
                    .all()
                    .unis(requests.find(db, keys(orders)), rooms(db, orders))
                    .with((earlier, rooms) -> new Judgement(open, earlier, rooms, table.now())))
        .flatMap(judgement -> take(db, orders, judgement));
  }

  private static List<IdempotentRequests.Key> keys(List<Order> orders) {
    return orders.stream().map(Order::used).flatMap(Optional::stream).distinct().toList();
  }

  /** How many new ones each tenant may have. */
  private Uni<Map<TenantId, Long>> rooms(SqlConnection db, List<Order> orders) {
    var wanted =
        orders.stream()
            .collect(
                Collectors.groupingBy(order -> order.device().tenant(), Collectors.counting()));
    return Multi.createFrom()
        .iterable(wanted.entrySet())
        .onItem()
        .transformToUniAndConcatenate(
            it ->
                tenants
                    .room(db, it.getKey(), it.getValue())
                    .map(room -> Map.entry(it.getKey(), room)))
        .collect()
        .asMap(Map.Entry::getKey, Map.Entry::getValue);
  }

  private Uni<Taken> take(SqlConnection db, List<Order> orders, Judgement judgement) {
    Map<UUID, Fate> fates = new HashMap<>();
    List<Order> fresh = new ArrayList<>();
    for (var order : orders) {
      var fate = judgement.of(order);
      fates.put(order.id(), fate);
      if (fate.sent() != null && fate.sent().isNew()) {
        fresh.add(order);
      }
    }
    if (fresh.isEmpty()) {
      return Uni.createFrom().item(new Taken(fates, fresh, Written.NOTHING));
    }
    return Pipeline.of(
            table.insert(
                db, fresh.stream().map(order -> fates.get(order.id()).sent().row()).toList()),
            requests.store(db, judgement.used),
            audit.write(db, fresh.stream().map(Order::signed).toList()))
        .flatMap(
            done ->
                queues.begin(db, fresh.stream().map(Order::queue).distinct().toArray(Long[]::new)))
        .flatMap(QueueTransaction::write)
        .map(written -> new Taken(fates, fresh, written));
  }

  /** Decides about one after the other, each as if those before it were written already. */
  private final class Judgement {
    private final Map<Long, Integer> open;
    private final Map<IdempotentRequests.Key, IdempotentRequests.Earlier> earlier;
    private final Map<TenantId, Long> rooms;
    private final Instant now;
    private final Map<IdempotentRequests.Key, IdempotentRequests.Earlier> used = new HashMap<>();

    /**
     * @param open commands of each queue whose device is known
     */
    private Judgement(
        Map<Long, Integer> open,
        Map<IdempotentRequests.Key, IdempotentRequests.Earlier> earlier,
        Map<TenantId, Long> rooms,
        Instant now) {
      this.open = open;
      this.earlier = earlier;
      this.rooms = rooms;
      this.now = now;
    }

    Fate of(Order order) {
      var ofDevice = open.get(order.queue());
      if (ofDevice == null) {
        return new Fate(null, KnownDevices.absent());
      }
      var before = order.used().map(key -> used.getOrDefault(key, earlier.get(key)));
      if (before.isPresent()) {
        return repeated(order, before.get());
      }
      if (ofDevice >= limits.openPerDevice()) {
        return new Fate(
            null,
            new Refusal.LimitReached("open commands of the device", limits.openPerDevice())
                .asException());
      }
      var room = rooms.get(order.device().tenant());
      if (room <= 0) {
        return new Fate(null, tenants.full());
      }
      open.put(order.queue(), ofDevice + 1);
      rooms.put(order.device().tenant(), room - 1);
      order
          .used()
          .ifPresent(
              key ->
                  used.put(
                      key,
                      new IdempotentRequests.Earlier(order.command().requestSha256(), order.id())));
      return new Fate(new Sent(order.id(), order.row(now)), null);
    }

    private static Fate repeated(Order order, IdempotentRequests.Earlier before) {
      return Arrays.equals(before.requestSha256(), order.command().requestSha256())
          ? new Fate(new Sent(before.command(), null), null)
          : new Fate(
              null,
              new Refusal.Conflict(
                      ConflictKind.IDEMPOTENCY_KEY_USED,
                      "The Idempotency-Key was used for another command.")
                  .asException());
    }
  }
}
