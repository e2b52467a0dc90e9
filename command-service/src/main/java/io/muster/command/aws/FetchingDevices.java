package io.muster.command.aws;

import io.muster.command.queue.Queues;
import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which devices fetch their jobs: whoever asks for them or subscribes to them, until it subscribes
 * to commands in a session in which it does neither. Thread-safe.
 */
final class FetchingDevices {
  private final Queues queues;
  private final AwsConfig config;
  private final Clock clock;

  FetchingDevices(Queues queues, AwsConfig config, Clock clock) {
    this.queues = queues;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Remembers it, as far as it is new.
   *
   * @param devices all whose queues the transaction will hold; they are locked together
   * @param listenings in their order
   */
  Uni<Void> learn(
      SqlConnection db,
      Set<DeviceAddress> devices,
      List<Listening> listenings,
      Collection<DeviceAddress> asking) {
    Set<DeviceAddress> concerned = new HashSet<>(asking);
    listenings.forEach(it -> concerned.add(it.device()));
    if (concerned.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return DeviceTable.known(db, concerned)
        .flatMap(
            known -> {
              var heard = listenings.stream().filter(it -> isNews(it, known)).toList();
              var asked = asking.stream().filter(it -> !known.getOrDefault(it, false)).toList();
              return heard.isEmpty() && asked.isEmpty()
                  ? Uni.createFrom().voidItem()
                  : write(db, devices, heard, asked);
            });
  }

  private static boolean isNews(Listening it, Map<DeviceAddress, Boolean> known) {
    return it.jobs().named() || known.containsKey(it.device());
  }

  /** Whoever changes what is known of a device holds its queue; all take queues in one order. */
  private Uni<Void> write(
      SqlConnection db,
      Set<DeviceAddress> devices,
      List<Listening> heard,
      List<DeviceAddress> asked) {
    Set<DeviceAddress> fetching = new HashSet<>(asked);
    heard.stream().filter(it -> it.jobs().named()).forEach(it -> fetching.add(it.device()));
    return DeviceTable.makeQueues(db, fetching)
        .flatMap(made -> queues.begin(db, devices))
        .flatMap(
            locked ->
                Multi.createFrom()
                    .iterable(heard)
                    .onItem()
                    .transformToUniAndConcatenate(it -> write(db, it))
                    .collect()
                    .last())
        .flatMap(done -> DeviceTable.ask(db, asked));
  }

  private Uni<Void> write(SqlConnection db, Listening it) {
    var now = clock.instant();
    if (it.jobs().named()) {
      return DeviceTable.listens(db, it, now);
    }
    var heard = it.jobs().isAny() ? DeviceTable.hears(db, it, now) : Uni.createFrom().voidItem();
    return it.commands()
        ? heard.flatMap(done -> DeviceTable.turns(db, it, now.plus(config.turnAfter())))
        : heard;
  }
}
