package io.muster.ingest.endpoint.provisioning;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.endpoint.ProvisioningConfig;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.rest.bans.Network;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * The connections of devices that are nobody yet: how many there are in all, with one claim token
 * and from one address, and which has a client identifier. Thread-safe; a lock is held for a few
 * map operations, at connects and ends alone.
 */
public final class Newcomers {
  private final ProvisioningConfig config;

  /** At the door as well. */
  private final Set<Visit> all = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Map<UUID, Integer> byClaim = new HashMap<>();
  private final Map<Network, Integer> byAddress = new HashMap<>();
  private final Map<String, Visit> byClient = new HashMap<>();
  private int present;

  public Newcomers(ProvisioningConfig config, MeterRegistry meters) {
    this.config = config;
    Gauge.builder("muster.endpoint.newcomers", this, Newcomers::present)
        .description("Connections of devices that are being provisioned")
        .register(meters);
  }

  /** Which limit keeps somebody out. */
  public enum Full {
    ALL,
    CLAIM,
    ADDRESS
  }

  /**
   * Somebody knocks.
   *
   * @param end ends its connection; callable from any thread
   */
  public synchronized Visit knock(Network address, BiConsumer<EndReason, String> end) {
    var visit = new Visit(address, end);
    all.add(visit);
    return visit;
  }

  /** Ends all of them, also those at the door. */
  public void endAll(EndReason reason, String detail) {
    List<Visit> those;
    synchronized (this) {
      those = List.copyOf(all);
    }
    those.forEach(visit -> visit.end.accept(reason, detail));
  }

  private synchronized int present() {
    return present;
  }

  /** One connection, from its CONNECT to its end. */
  public final class Visit {
    private final Network address;
    private final BiConsumer<EndReason, String> end;

    /** Null until it was let in. */
    private UUID claim;

    private String client;

    private Visit(Network address, BiConsumer<EndReason, String> end) {
      this.address = address;
      this.end = end;
    }

    /**
     * It has shown a claim token that holds. Whoever has the client identifier loses it (MQTT 5
     * §3.1.4).
     *
     * @return which limit keeps it out, or null when none does
     */
    public Full enter(UUID with, String clientIdentifier) {
      Visit loser;
      synchronized (Newcomers.this) {
        loser = byClient.get(clientIdentifier);
        var full = loser == null ? full(with) : null;
        if (full != null) {
          return full;
        }
        claim = with;
        client = clientIdentifier;
        present++;
        byClaim.merge(claim, 1, Integer::sum);
        byAddress.merge(address, 1, Integer::sum);
        byClient.put(client, this);
      }
      if (loser != null) {
        loser.end.accept(EndReason.TAKEN_OVER, "a newer connection has this client identifier");
      }
      return null;
    }

    private Full full(UUID with) {
      if (present >= config.most()) {
        return Full.ALL;
      }
      if (byClaim.getOrDefault(with, 0) >= config.mostPerClaim()) {
        return Full.CLAIM;
      }
      return byAddress.getOrDefault(address, 0) >= config.mostPerAddress() ? Full.ADDRESS : null;
    }

    /** It has gone; again it does nothing. */
    public void leave() {
      synchronized (Newcomers.this) {
        if (!all.remove(this) || claim == null) {
          return;
        }
        present--;
        byClaim.computeIfPresent(claim, (key, count) -> count == 1 ? null : count - 1);
        byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
        byClient.remove(client, this);
      }
    }
  }
}
