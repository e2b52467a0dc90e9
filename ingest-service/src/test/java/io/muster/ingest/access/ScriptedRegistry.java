package io.muster.ingest.access;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ServiceName;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.contract.topic.PlatformTopic;
import io.muster.outbox.OutboxEntry;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A registry in memory: answers, a log, and being away. */
final class ScriptedRegistry implements RegistryClient {
  private final List<OutboxEvent> log = new CopyOnWriteArrayList<>();
  private final AtomicInteger verifications = new AtomicInteger();
  private final AtomicInteger lookUps = new AtomicInteger();
  private final AtomicInteger pages = new AtomicInteger();
  private final AtomicInteger refusedPages = new AtomicInteger();
  private volatile Function<VerifyRequest, Uni<VerifyAnswer>> answers;
  private volatile Function<DeviceAddress, Optional<DeviceView>> devices = any -> Optional.empty();
  private volatile boolean away;
  private volatile boolean logAway;
  private volatile long oldest = 1;

  void answer(Function<VerifyRequest, Uni<VerifyAnswer>> newAnswers) {
    answers = newAnswers;
  }

  void answer(VerifyAnswer always) {
    answers = any -> Uni.createFrom().item(always);
  }

  void devices(Function<DeviceAddress, Optional<DeviceView>> newDevices) {
    devices = newDevices;
  }

  /** No page that is being read holds what is told from here on. */
  synchronized void goAway() {
    away = true;
    logAway = true;
  }

  void comeBack() {
    away = false;
    logAway = false;
  }

  synchronized void loseLog() {
    logAway = true;
  }

  /** Forgets what is old, as after days of being away. */
  synchronized void trim() {
    oldest = log.size() + 1L;
  }

  void tell(RegistryEvent event) {
    var topic =
        switch (event) {
          case RegistryEvent.OfDevice of ->
              PlatformTopic.of(ServiceName.REGISTRY, event.event(), of.device());
          case RegistryEvent.TenantSuspended of ->
              PlatformTopic.of(ServiceName.REGISTRY, event.event(), of.tenant());
          case RegistryEvent.TenantDeleted of ->
              PlatformTopic.of(ServiceName.REGISTRY, event.event(), of.tenant());
          case RegistryEvent.TenantUpdated of ->
              PlatformTopic.of(ServiceName.REGISTRY, event.event(), of.tenant());
          case RegistryEvent.TokenKeyWithdrawn of ->
              PlatformTopic.of(ServiceName.REGISTRY, event.event(), of.tenant());
          case RegistryEvent.GroupChanged of ->
              PlatformTopic.of(ServiceName.REGISTRY, event.event(), of.tenant());
        };
    tell(OutboxEntry.event(UUID.randomUUID(), topic, event, Instant.now(), Map.of()));
  }

  synchronized void tell(OutboxEntry entry) {
    log.add(
        new OutboxEvent(
            log.size() + 1L,
            entry.id(),
            entry.topic(),
            entry.qos(),
            entry.contentType(),
            entry.userProperties(),
            entry.payload(),
            entry.createdAt(),
            entry.carried()));
  }

  int verifications() {
    return verifications.get();
  }

  int lookUps() {
    return lookUps.get();
  }

  /** How often the log was asked for while it was there. */
  int pages() {
    return pages.get();
  }

  /** How often the log was asked for in vain. */
  int refusedPages() {
    return refusedPages.get();
  }

  @Override
  public Uni<VerifyAnswer> verify(VerifyRequest request) {
    verifications.incrementAndGet();
    return away ? isAway() : answers.apply(request);
  }

  @Override
  public Uni<Optional<DeviceView>> device(DeviceAddress device) {
    lookUps.incrementAndGet();
    return away ? isAway() : Uni.createFrom().item(() -> devices.apply(device));
  }

  @Override
  public synchronized Uni<EventPage> events(long after, int limit) {
    if (logAway) {
      refusedPages.incrementAndGet();
      return isAway();
    }
    pages.incrementAndGet();
    var items =
        log.stream()
            .filter(event -> event.sequence() > after && event.sequence() >= oldest)
            .limit(limit)
            .toList();
    var next = items.isEmpty() ? Math.min(after, log.size()) : items.getLast().sequence();
    return Uni.createFrom().item(new EventPage(items, next, oldest));
  }

  private static <T> Uni<T> isAway() {
    return Uni.createFrom().failure(new RegistryAwayException("connection refused"));
  }
}
