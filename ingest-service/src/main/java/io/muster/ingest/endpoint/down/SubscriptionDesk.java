package io.muster.ingest.endpoint.down;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.authorisation.SubscribeRights;
import io.muster.ingest.endpoint.authorisation.SubscribeRights.Reading;
import io.muster.ingest.endpoint.down.Subscriptions.Subscription;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.sessions.StoredSubscription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Grants and ends one connection's subscriptions, and keeps those of a persistent session before it
 * says so. One packet at a time: the connection is not read meanwhile. On the event loop.
 */
final class SubscriptionDesk {
  private static final int REFUSED_311 = 0x80;

  private final Reachable connection;
  private final ActiveSession session;
  private final Subscriptions subscriptions;
  private final DownSupport support;
  private final Executor loop;
  private boolean ended;

  SubscriptionDesk(
      Reachable connection,
      ActiveSession session,
      Subscriptions subscriptions,
      DownSupport support,
      Executor loop) {
    this.connection = connection;
    this.session = session;
    this.subscriptions = subscriptions;
    this.support = support;
    this.loop = loop;
  }

  /**
   * @param answer hears the codes for SUBACK, on the event loop
   */
  void subscribe(Packet.Subscribe packet, Consumer<List<Integer>> answer) {
    var identifier = Math.max(0, packet.properties().subscriptionIdentifier());
    judgeFrom(
        0,
        packet.filters(),
        new ArrayList<>(),
        verdicts -> grant(packet.filters(), verdicts, identifier, answer));
  }

  /** A filter that was judged: granted, or refused with a code. */
  private sealed interface Verdict {
    record Granted(Reading.Of reading) implements Verdict {}

    record Refused(ReasonCode code) implements Verdict {}
  }

  private void judgeFrom(
      int index,
      List<Packet.RequestedFilter> filters,
      List<Verdict> verdicts,
      Consumer<List<Verdict>> done) {
    for (int i = index; i < filters.size(); i++) {
      switch (SubscribeRights.read(filters.get(i).filter())) {
        case Reading.Shared shared ->
            verdicts.add(new Verdict.Refused(ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED));
        case Reading.Invalid invalid ->
            verdicts.add(new Verdict.Refused(ReasonCode.TOPIC_FILTER_INVALID));
        case Reading.TooWide tooWide ->
            verdicts.add(new Verdict.Refused(ReasonCode.NOT_AUTHORIZED));
        case Reading.Of of -> {
          var known = mayHear(of.device());
          if (known == null) {
            var next = i + 1;
            ask(
                of.device(),
                allowed -> {
                  verdicts.add(verdict(of, allowed));
                  judgeFrom(next, filters, verdicts, done);
                });
            return;
          }
          verdicts.add(verdict(of, known));
        }
      }
    }
    done.accept(verdicts);
  }

  private static Verdict verdict(Reading.Of of, boolean allowed) {
    return allowed ? new Verdict.Granted(of) : new Verdict.Refused(ReasonCode.NOT_AUTHORIZED);
  }

  /** Null when the registry has to be asked. */
  private Boolean mayHear(DeviceAddress device) {
    if (device.equals(session.device())) {
      return true;
    }
    return device.tenant().equals(session.device().tenant())
        ? support.access().maySpeakForIfKnown(session.device(), device)
        : Boolean.FALSE;
  }

  private void ask(DeviceAddress device, Consumer<Boolean> then) {
    support
        .access()
        .maySpeakFor(session.device(), device)
        .subscribe()
        .with(
            allowed -> loop.execute(() -> then.accept(allowed)),
            failure -> loop.execute(() -> then.accept(false)));
  }

  private void grant(
      List<Packet.RequestedFilter> filters,
      List<Verdict> verdicts,
      int identifier,
      Consumer<List<Integer>> answer) {
    List<Subscription> granted = new ArrayList<>();
    List<Integer> codes = new ArrayList<>(filters.size());
    Set<String> added = new HashSet<>();
    for (int i = 0; i < filters.size(); i++) {
      switch (verdicts.get(i)) {
        case Verdict.Refused refused -> codes.add(code(refused.code()));
        case Verdict.Granted it -> {
          var filter = filters.get(i).filter();
          var isNew = !subscriptions.has(filter) && !added.contains(filter);
          if (isNew && subscriptions.size() + added.size() >= support.config().maxSubscriptions()) {
            codes.add(code(ReasonCode.QUOTA_EXCEEDED));
            continue;
          }
          if (isNew) {
            added.add(filter);
          }
          var qos = Math.min(1, filters.get(i).qos());
          granted.add(
              new Subscription(it.reading().filter(), it.reading().device(), qos, identifier));
          codes.add(qos);
        }
      }
    }
    var after = new Subscriptions();
    subscriptions.all().forEach(after::put);
    granted.forEach(after::put);
    keep(
        after,
        () -> {
          granted.forEach(this::begin);
          answer.accept(codes);
        },
        () -> answer.accept(codes.stream().map(code -> failed(code)).toList()));
  }

  private Integer failed(int code) {
    return code >= 0x80 ? code : code(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
  }

  private int code(ReasonCode code) {
    return session.isMqtt5() ? code.code() : REFUSED_311;
  }

  private void begin(Subscription subscription) {
    if (ended) {
      return;
    }
    subscriptions.put(subscription);
    support.index().listen(subscription.about(), connection);
  }

  /**
   * @param answer hears the codes for UNSUBACK, on the event loop
   */
  void unsubscribe(Packet.Unsubscribe packet, Consumer<List<Integer>> answer) {
    List<Integer> codes = new ArrayList<>(packet.filters().size());
    for (var filter : packet.filters()) {
      var ended = subscriptions.remove(filter);
      codes.add(ended == null ? ReasonCode.NO_SUBSCRIPTION_EXISTED.code() : 0);
      if (ended != null && !subscriptions.anyAbout(ended.about())) {
        support.index().stopListening(ended.about(), connection);
      }
    }
    keep(
        subscriptions,
        () -> answer.accept(codes),
        () -> answer.accept(codes.stream().map(this::failed).toList()));
  }

  private void keep(Subscriptions toKeep, Runnable kept, Runnable failed) {
    if (!session.persistent()) {
      kept.run();
      return;
    }
    support
        .sessions()
        .storeSubscriptions(session.sessionKey(), session.epoch(), toKeep.stored())
        .subscribe()
        .with(done -> loop.execute(kept), failure -> loop.execute(failed));
  }

  /**
   * Takes up what an earlier connection was subscribed to, as far as it still may.
   *
   * @param done runs when that is settled, at once or later on the event loop; what is subscribed
   *     to before then would be stored without what is still being asked about
   */
  void restore(List<StoredSubscription> stored, Runnable done) {
    restoreFrom(0, stored, done);
  }

  private void restoreFrom(int index, List<StoredSubscription> stored, Runnable done) {
    for (int i = index; i < stored.size(); i++) {
      var subscription = stored.get(i);
      if (SubscribeRights.read(subscription.filter()) instanceof Reading.Of of) {
        var restored =
            new Subscription(
                of.filter(), of.device(), subscription.qos(), subscription.identifier());
        var known = mayHear(of.device());
        if (known == null) {
          var next = i + 1;
          ask(
              of.device(),
              allowed -> {
                restoreIf(allowed, restored);
                restoreFrom(next, stored, done);
              });
          return;
        }
        restoreIf(known, restored);
      }
    }
    done.run();
  }

  private void restoreIf(boolean allowed, Subscription subscription) {
    if (allowed) {
      begin(subscription);
    }
  }

  /** Ends what it hears of a device that is no longer its to speak for. */
  void forget(DeviceAddress device) {
    subscriptions.all().stream()
        .filter(it -> it.about().equals(device))
        .forEach(it -> subscriptions.remove(it.filter().value()));
    support.index().stopListening(device, connection);
  }

  /** The connection has ended. */
  void end() {
    ended = true;
    subscriptions.all().stream()
        .map(Subscription::about)
        .distinct()
        .forEach(about -> support.index().stopListening(about, connection));
  }
}
