package io.muster.ingest.endpoint.down;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.authorisation.Mandates;
import io.muster.ingest.endpoint.authorisation.Scopes;
import io.muster.ingest.endpoint.authorisation.SubscribeRights;
import io.muster.ingest.endpoint.authorisation.SubscribeRights.Reading;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.EndReason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Says which topic filters one connection may subscribe to. On the event loop. */
final class SubscriptionJudge {
  /** A filter that was judged: granted, or refused with a code. */
  sealed interface Verdict {
    record Granted(Reading.Of reading) implements Verdict {}

    record Refused(ReasonCode code) implements Verdict {}
  }

  private final Reachable connection;
  private final Mandates mandates;
  private final Scopes scopes;

  SubscriptionJudge(Reachable connection, Mandates mandates, Scopes scopes) {
    this.connection = connection;
    this.mandates = mandates;
    this.scopes = scopes;
  }

  /**
   * @param done hears a verdict for each filter, at once or later on the event loop; nothing when
   *     nobody could tell for too long, since the connection ends then and the client asks again
   */
  void judge(List<Packet.RequestedFilter> filters, Consumer<List<Verdict>> done) {
    judgeFrom(0, filters, new ArrayList<>(), done);
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
          var known = mayHear(of);
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
  Boolean mayHear(Reading.Of of) {
    if (!scopes.allowHearing(of.filter().value())) {
      return false;
    }
    var device = of.device();
    var self = connection.device();
    if (device.equals(self)) {
      return true;
    }
    return device.tenant().equals(self.tenant()) ? mandates.ifKnown(device) : Boolean.FALSE;
  }

  private void ask(DeviceAddress device, Consumer<Boolean> then) {
    mandates.ask(
        device,
        mandate -> {
          switch (mandate) {
            case GIVEN -> then.accept(true);
            case NOT_GIVEN -> then.accept(false);
            case UNKNOWN ->
                connection.endFromOutside(
                    EndReason.REGISTRY_AWAY, "the server cannot tell who may hear of the device");
          }
        });
  }
}
