package io.muster.ingest.endpoint.down;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.access.Mandate;
import io.muster.ingest.endpoint.authorisation.Mandates;
import io.muster.ingest.endpoint.authorisation.SubscribeRights;
import io.muster.ingest.endpoint.authorisation.SubscribeRights.Reading;
import io.muster.ingest.endpoint.down.SubscriptionJudge.Verdict;
import io.muster.ingest.endpoint.down.Subscriptions.Subscription;
import io.muster.ingest.endpoint.limits.SubscriptionQuota;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.sessions.StoredSubscription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Grants (by {@link SubscriptionJudge}) and ends one connection's subscriptions, and keeps those of
 * a persistent session before it says so, and of any session those that are about other devices:
 * who asks who is there must hear of a gateway's. One packet at a time: the connection is not read
 * meanwhile. On the event loop.
 */
final class SubscriptionDesk {
  private final Reachable connection;
  private final ActiveSession session;
  private final Subscriptions subscriptions;

  /** Of an earlier connection, and nobody could tell yet whether they may go on. */
  private final Subscriptions unsettled = new Subscriptions();

  private final Mandates mandates;
  private final SubscriptionJudge judge;
  private final SubscriptionQuota quota;
  private final DownSupport support;
  private final Executor loop;
  private final SubscriptionCodes codesOf;
  private final Hearings hearings;
  private boolean ended;
  private boolean stored;

  /**
   * The last time it was not heard whether they were stored, so that others may be than are here.
   */
  private boolean unsure;

  SubscriptionDesk(
      Reachable connection,
      ActiveSession session,
      Subscriptions subscriptions,
      Mandates mandates,
      Hearings hearings,
      DownSupport support,
      Executor loop) {
    this.connection = connection;
    this.session = session;
    this.subscriptions = subscriptions;
    this.mandates = mandates;
    this.judge = new SubscriptionJudge(connection, mandates, session.scopes());
    this.support = support;
    this.quota = new SubscriptionQuota(session.use(), support.config().maxSubscriptions());
    this.loop = loop;
    this.codesOf = new SubscriptionCodes(session, support.metrics());
    this.hearings = hearings;
  }

  /** Each packet has all that the session is subscribed to stored anew, as far as it is stored. */
  int bytesToStore(int filters) {
    return session.persistent() || stored ? quota.bytes(filters) : 0;
  }

  /**
   * @param answer hears the codes for SUBACK, on the event loop
   */
  void subscribe(Packet.Subscribe packet, Consumer<List<Integer>> answer) {
    var identifier = Math.max(0, packet.properties().subscriptionIdentifier());
    judge.judge(
        packet.filters(), verdicts -> grant(packet.filters(), verdicts, identifier, answer));
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
        case Verdict.Refused refused -> codes.add(codesOf.refused(refused.code()));
        case Verdict.Granted it -> {
          var filter = filters.get(i).filter();
          var isNew =
              !subscriptions.has(filter) && !unsettled.has(filter) && !added.contains(filter);
          if (isNew && !quota.reserve(SubscriptionQuota.weight(filter))) {
            codes.add(codesOf.refused(ReasonCode.QUOTA_EXCEEDED));
            continue;
          }
          if (isNew) {
            added.add(filter);
          }
          var qos = filters.get(i).qos();
          granted.add(
              new Subscription(it.reading().filter(), it.reading().device(), qos, identifier));
          codes.add(qos);
        }
      }
    }
    var after = all();
    granted.forEach(after::put);
    keep(
        after,
        () -> {
          granted.forEach(it -> unsettled.remove(it.filter().value()));
          granted.forEach(this::begin);
          codesOf.granted(granted.size());
          count();
          quota.settleReserved();
          answer.accept(codes);
          tell(granted);
        },
        () -> {
          quota.settleReserved();
          answer.accept(codes.stream().map(codesOf::failed).toList());
        });
  }

  private void tell(List<Subscription> begun) {
    if (!ended) {
      hearings.began(begun);
    }
  }

  private void count() {
    quota.held(subscriptions.weight() + unsettled.weight());
  }

  /** What belongs into the store: also what nobody could tell about yet, else it would be lost. */
  private Subscriptions all() {
    var all = new Subscriptions();
    unsettled.all().forEach(all::put);
    subscriptions.all().forEach(all::put);
    return all;
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
    var after = all();
    for (var filter : packet.filters()) {
      codes.add(after.remove(filter) == null ? ReasonCode.NO_SUBSCRIPTION_EXISTED.code() : 0);
    }
    if (!codes.contains(0) && !unsure) {
      // There was none of them, so that nothing is to be stored.
      answer.accept(codes);
      return;
    }
    // Stored first: what ended here alone would be back with the next connection.
    keep(
        after,
        () -> {
          packet.filters().forEach(this::drop);
          count();
          answer.accept(codes);
        },
        () -> unsubscribeFailed(codes, answer));
  }

  private void drop(String filter) {
    unsettled.remove(filter);
    var dropped = subscriptions.remove(filter);
    if (dropped != null && !subscriptions.anyAbout(dropped.about())) {
      support.index().stopListening(dropped.about(), connection);
    }
  }

  private void unsubscribeFailed(List<Integer> codes, Consumer<List<Integer>> answer) {
    if (session.isMqtt5()) {
      answer.accept(codes.stream().map(codesOf::failed).toList());
    } else {
      // MQTT 3.1.1 §3.11: an UNSUBACK always says yes.
      connection.endFromOutside(EndReason.NOT_KEPT, "the end of a subscription");
    }
  }

  private void keep(Subscriptions toKeep, Runnable kept, Runnable failed) {
    if (!session.persistent() && !stored && !isAboutOthers(toKeep)) {
      kept.run();
      return;
    }
    stored = true;
    support
        .sessions()
        .storeSubscriptions(session.sessionKey(), session.epoch(), toKeep.stored())
        .subscribe()
        .with(
            done -> loop.execute(() -> settled(false, kept)),
            failure -> loop.execute(() -> settled(true, failed)));
  }

  private void settled(boolean isUnsure, Runnable then) {
    unsure = isUnsure;
    then.run();
  }

  private boolean isAboutOthers(Subscriptions subscriptions) {
    var own = session.client().device();
    return subscriptions.all().stream().anyMatch(it -> !it.about().equals(own));
  }

  /**
   * Takes up what an earlier connection was subscribed to, as far as it still may.
   *
   * @param done runs when each has been asked about once, at once or later on the event loop; what
   *     nobody can tell about by then is taken up when somebody can
   */
  void restore(List<StoredSubscription> stored, Runnable done) {
    for (var subscription : stored) {
      if (SubscribeRights.read(subscription.filter()) instanceof Reading.Of of) {
        var restored =
            new Subscription(
                of.filter(), of.device(), subscription.qos(), subscription.identifier());
        var known = judge.mayHear(of);
        if (known == null) {
          unsettled.put(restored);
        } else if (known) {
          begin(restored);
        }
      }
    }
    count();
    // Before what is settled, which is told by itself.
    tell(subscriptions.all());
    settleFrom(0, unsettled.all().stream().map(Subscription::about).distinct().toList(), done);
  }

  private void settleFrom(int index, List<DeviceAddress> devices, Runnable done) {
    if (index == devices.size()) {
      done.run();
      return;
    }
    var device = devices.get(index);
    mandates.askOnce(
        device,
        mandate -> {
          if (mandate == Mandate.UNKNOWN) {
            settleWhenKnown(device);
          } else {
            settle(device, mandate == Mandate.GIVEN);
          }
          settleFrom(index + 1, devices, done);
        });
  }

  private void settleWhenKnown(DeviceAddress device) {
    mandates.askUntilKnown(device, mandate -> settle(device, mandate == Mandate.GIVEN));
  }

  private void settle(DeviceAddress device, boolean given) {
    var settled = unsettled.removeAbout(device);
    if (given) {
      settled.forEach(this::begin);
      tell(settled);
    }
    count();
  }

  /** Ends what it hears of a device that is no longer its to speak for. */
  void forget(DeviceAddress device) {
    mandates.forget(device);
    unsettled.removeAbout(device);
    subscriptions.removeAbout(device);
    support.index().stopListening(device, connection);
    count();
  }

  /** The device may have got another gateway. While nobody can tell it is not heard of. */
  void reconsider(DeviceAddress device) {
    mandates.forget(device);
    mandates.askOnce(
        device,
        mandate -> {
          switch (mandate) {
            case GIVEN -> {}
            case NOT_GIVEN -> forget(device);
            case UNKNOWN -> suspend(device);
          }
        });
  }

  private void suspend(DeviceAddress device) {
    subscriptions.removeAbout(device).forEach(unsettled::put);
    support.index().stopListening(device, connection);
    settleWhenKnown(device);
  }

  /** The connection has ended. */
  void end() {
    ended = true;
    quota.end();
    subscriptions.all().stream()
        .map(Subscription::about)
        .distinct()
        .forEach(about -> support.index().stopListening(about, connection));
  }
}
