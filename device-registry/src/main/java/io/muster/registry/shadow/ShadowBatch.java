package io.muster.registry.shadow;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Steps that are taken one after the other in memory, between the reading of what they touch and
 * the writing of what came of it. For one thread.
 */
final class ShadowBatch {
  private final Map<DeviceAddress, Integer> deviceKeys;
  private final ShadowTransaction shadows;
  private final Outgoing outgoing;
  private final ShadowMeters meters;
  private final ShadowListeners listeners = new ShadowListeners();
  private final List<UUID> delivered = new ArrayList<>();

  /**
   * @param deviceKeys of the devices that there are
   */
  ShadowBatch(
      Map<DeviceAddress, Integer> deviceKeys,
      ShadowTransaction shadows,
      Outgoing outgoing,
      ShadowMeters meters) {
    this.deviceKeys = deviceKeys;
    this.shadows = shadows;
    this.outgoing = outgoing;
    this.meters = meters;
  }

  ShadowTransaction shadows() {
    return shadows;
  }

  Outgoing outgoing() {
    return outgoing;
  }

  ShadowListeners listeners() {
    return listeners;
  }

  List<UUID> delivered() {
    return delivered;
  }

  void take(Step step) {
    switch (step) {
      case Step.Request request -> answer(request);
      case Step.Subscribed subscribed -> hears(subscribed);
      case Step.Disconnected it -> listeners.ended(it.client(), it.epoch());
      case Step.Delivered it -> delivered.add(it.messageId());
    }
  }

  private void answer(Step.Request request) {
    var deviceKey = deviceKeys.get(request.topic().device());
    if (deviceKey == null) {
      // Deleted since: nobody is there to be answered.
      meters.unknownDevice(request.topic().operation());
      return;
    }
    try {
      switch (request.ask()) {
        case Step.Ask.Get get -> get(request, place(request, deviceKey));
        case Step.Ask.Update update -> update(request, update, place(request, deviceKey));
        case Step.Ask.Delete delete -> delete(request, place(request, deviceKey));
        case Step.Ask.Refused refused -> throw refused.refusal().asException();
      }
      meters.accepted(request.topic().operation());
    } catch (ShadowRefusedException refused) {
      meters.rejected(request.topic().operation(), refused.refusal());
      outgoing.answer(
          request.topic().rejected(),
          ShadowMessages.rejected(refused.refusal(), shadows.seconds(), request.clientToken()),
          request.trace());
    }
  }

  private static ShadowPlace place(Step.Request request, int deviceKey) {
    return new ShadowPlace(request.topic().device(), deviceKey, request.name());
  }

  private void get(Step.Request request, ShadowPlace place) {
    var found = find(place);
    outgoing.answer(
        request.topic().accepted(),
        ShadowMessages.whole(found.document(), shadows.seconds(), request.clientToken()),
        request.trace());
  }

  private void update(Step.Request request, Step.Ask.Update ask, ShadowPlace place) {
    var before = shadows.find(place.key()).map(StoredShadow::document).orElse(ShadowDocument.NONE);
    var after = shadows.update(place.key(), ask.update(), Source.DEVICE);
    outgoing.answer(
        request.topic().accepted(),
        ShadowMessages.accepted(ask.update(), after, shadows.seconds(), request.clientToken()),
        request.trace());
    outgoing.updated(
        place,
        shadows.find(place.key()).orElseThrow(),
        before,
        request.clientToken(),
        request.trace());
  }

  private void delete(Step.Request request, ShadowPlace place) {
    find(place);
    var version = shadows.delete(place.key());
    outgoing.answer(
        request.topic().accepted(),
        ShadowMessages.deleted(version, shadows.seconds(), request.clientToken()),
        request.trace());
  }

  private StoredShadow find(ShadowPlace place) {
    return shadows
        .find(place.key())
        .orElseThrow(() -> ShadowRefusal.absent(place.label()).asException());
  }

  /** What differs now is what it missed. */
  private void hears(Step.Subscribed subscribed) {
    var deviceKey = deviceKeys.get(subscribed.device());
    if (deviceKey == null) {
      return;
    }
    for (var hearing : subscribed.hearings()) {
      listeners.listens(subscribed.client(), subscribed.epoch(), deviceKey, hearing);
      for (var shadow : shadows.of(deviceKey)) {
        if (hearing.covers(shadow.id().name())) {
          var place = new ShadowPlace(subscribed.device(), deviceKey, shadow.id().name());
          outgoing.delta(place, shadow, hearing.family(), null, UserProperties.NONE);
        }
      }
    }
  }
}
