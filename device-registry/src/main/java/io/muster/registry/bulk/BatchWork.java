package io.muster.registry.bulk;

import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.RegistryEvent.DeviceCreated;
import io.muster.contract.event.RegistryEvent.DeviceDisabled;
import io.muster.contract.event.RegistryEvent.DeviceUpdated;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.bulk.RowResult.Outcome;
import io.muster.registry.credentials.CredentialDrafts;
import io.muster.registry.credentials.ImportedCredential;
import io.muster.rest.problem.Explanation;
import io.muster.rest.problem.Refusal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Works on the rows of a batch in their order, in memory: what the tables have is known, and what
 * they will have, with its events and its audit, comes out. For one thread.
 */
final class BatchWork implements RowRules.Named {
  private final TenantId tenant;
  private final RowRules rules;
  private final Map<String, DeviceDraft> drafts;
  private final Map<String, Integer> types;
  private final Map<String, Integer> gateways;
  private final CredentialDrafts credentials;
  private final Iterator<Integer> newKeys;
  private final int maxDevices;
  private int places;

  private final List<RowResult> results = new ArrayList<>();
  private final List<RegistryEvent> events = new ArrayList<>();
  private final List<AuditEntry> audit = new ArrayList<>();

  /**
   * What the tables have.
   *
   * @param drafts the devices that rows are about, by id
   * @param types keys of types, by id
   * @param gateways keys of other devices, by id
   * @param newKeys as many as rows whose devices are not there
   * @param maxDevices of the tenant, and {@code places} how many more it may have
   */
  record Known(
      Map<String, DeviceDraft> drafts,
      Map<String, Integer> types,
      Map<String, Integer> gateways,
      CredentialDrafts credentials,
      List<Integer> newKeys,
      int maxDevices,
      int places) {}

  BatchWork(TenantId tenant, RowRules rules, Known known) {
    this.tenant = tenant;
    this.rules = rules;
    this.drafts = known.drafts();
    this.types = known.types();
    this.gateways = known.gateways();
    this.credentials = known.credentials();
    this.newKeys = known.newKeys().iterator();
    this.maxDevices = known.maxDevices();
    this.places = known.places();
  }

  /** Works on one row. A row that is rejected changes nothing at all. */
  void take(RowDemand demand) {
    switch (demand) {
      case RowDemand.Nothing it -> results.add(RowResult.rejected(it.line(), it.id(), it.why()));
      case RowDemand.Device row -> {
        try {
          results.add(apply(row));
        } catch (RuntimeException refused) {
          results.add(
              RowResult.rejected(
                  row.line(),
                  row.id().value(),
                  Explanation.of(refused).orElseThrow(() -> refused)));
        }
      }
    }
  }

  private RowResult apply(RowDemand.Device row) {
    var present = drafts.get(row.id().value());
    return present == null ? create(row) : change(row, present);
  }

  private RowResult create(RowDemand.Device row) {
    if (places <= 0) {
      throw new Refusal.LimitReached("devices", maxDevices).asException();
    }
    var state = rules.state(row, null, this);
    // No table has this key, so whatever it holds is another device's.
    var missing = credentials.missing(-1, row.credentials());
    var draft = DeviceDraft.created(row.id(), newKeys.next(), state);
    drafts.put(row.id().value(), draft);
    places--;
    var address = new DeviceAddress(tenant, row.id());
    events.add(new DeviceCreated(address, 1));
    audit.add(AuditEntry.ofDevice("device-created", address, ""));
    register(address, draft, missing);
    return RowResult.done(row.line(), row.id().value(), Outcome.CREATED, 1);
  }

  private RowResult change(RowDemand.Device row, DeviceDraft present) {
    var wasEnabled = present.state().enabled();
    var state = rules.state(row, present, this);
    var missing = credentials.missing(present.key(), row.credentials());
    var changed = present.update(state);
    var address = new DeviceAddress(tenant, row.id());
    if (changed) {
      events.add(
          wasEnabled && !state.enabled()
              ? new DeviceDisabled(address, present.version())
              : new DeviceUpdated(address, present.version()));
      audit.add(AuditEntry.ofDevice("device-updated", address, ""));
    }
    register(address, present, missing);
    return RowResult.done(
        row.line(),
        row.id().value(),
        changed || !missing.isEmpty() ? Outcome.UPDATED : Outcome.UNCHANGED,
        present.version());
  }

  private void register(
      DeviceAddress address, DeviceDraft draft, List<ImportedCredential> missing) {
    credentials.add(draft.key(), missing);
    for (var credential : missing) {
      audit.add(
          AuditEntry.ofDevice("credential-created", address, "/credentials/" + credential.id()));
    }
  }

  @Override
  public Integer type(String id) {
    return types.get(id);
  }

  @Override
  public Integer gateway(String id) {
    var draft = drafts.get(id);
    return draft == null ? gateways.get(id) : Integer.valueOf(draft.key());
  }

  CredentialDrafts credentials() {
    return credentials;
  }

  List<RowResult> results() {
    return results;
  }

  List<RegistryEvent> events() {
    return events;
  }

  List<AuditEntry> audit() {
    return audit;
  }

  List<DeviceDraft> created() {
    return drafts.values().stream().filter(DeviceDraft::isNew).toList();
  }

  List<DeviceDraft> changed() {
    return drafts.values().stream().filter(DeviceDraft::isChanged).toList();
  }
}
