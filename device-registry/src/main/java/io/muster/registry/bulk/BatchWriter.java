package io.muster.registry.bulk;

import io.muster.registry.audit.AuditBatch;
import io.muster.registry.bulk.RowDemand.Device;
import io.muster.registry.credentials.CredentialRows;
import io.muster.registry.events.RegistryOutbox;
import io.muster.registry.tenants.TenantDefaults;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes a batch in one transaction: devices, their credentials, events, audit, the tenant's count,
 * and the answers when they are to be remembered. Waits for the database: for virtual threads.
 * Thread-safe.
 */
@ApplicationScoped
class BatchWriter {
  private final RowRules rules;
  private final CredentialRows credentialRows;
  private final ImportRecords records;
  private final RegistryOutbox outbox;
  private final AuditBatch audit;
  private final TenantDefaults defaults;
  private final Clock clock;

  BatchWriter(
      RowRules rules,
      CredentialRows credentialRows,
      ImportRecords records,
      RegistryOutbox outbox,
      AuditBatch audit,
      TenantDefaults defaults,
      Clock clock) {
    this.rules = rules;
    this.credentialRows = credentialRows;
    this.records = records;
    this.outbox = outbox;
    this.audit = audit;
    this.defaults = defaults;
    this.clock = clock;
  }

  /**
   * Writes it, unless it was written before under the job's key.
   *
   * @param sql with a transaction open
   * @return what came of each row, in their order
   * @throws io.muster.rest.problem.RefusedException with 404 when the tenant is gone, with 422 when
   *     the key stands for another request
   */
  List<RowResult> write(Sql sql, ImportJob job, Batch batch) {
    var tenant = DeviceTable.lock(sql, job.tenant().value());
    if (tenant == null) {
      throw new Refusal.Absent("There is no tenant '%s'.".formatted(job.tenant())).asException();
    }
    var told = records.find(sql, tenant.key(), job, batch);
    if (told.isPresent()) {
      return told.get();
    }
    var now = clock.instant().atOffset(ZoneOffset.UTC);
    var work = work(sql, job, batch, tenant);
    store(sql, job, tenant, work, now);
    records.store(sql, tenant.key(), job, batch, work.results());
    return work.results();
  }

  private BatchWork work(Sql sql, ImportJob job, Batch batch, DeviceTable.Tenant tenant) {
    var rows =
        batch.rows().stream().filter(Device.class::isInstance).map(Device.class::cast).toList();
    var ids = ids(rows);
    var drafts = DeviceTable.read(sql, tenant.key(), ids);
    var keys = drafts.values().stream().map(DeviceDraft::key).toList();
    var given = rows.stream().flatMap(row -> row.credentials().stream()).toList();
    var max = tenant.maxDevices() == null ? defaults.devices() : tenant.maxDevices();
    var known =
        new BatchWork.Known(
            drafts,
            DeviceTable.types(sql, tenant.key(), rows),
            DeviceTable.gateways(sql, tenant.key(), rows, ids),
            sql.await(
                credentialRows.drafts(sql.client(), given.isEmpty() ? List.of() : keys, given)),
            DeviceTable.newKeys(sql, ids.size() - drafts.size()),
            max,
            max - tenant.devices());
    var work = new BatchWork(job.tenant(), rules, known);
    batch.rows().forEach(work::take);
    return work;
  }

  private void store(
      Sql sql, ImportJob job, DeviceTable.Tenant tenant, BatchWork work, OffsetDateTime now) {
    var created = work.created();
    DeviceWrites.insert(sql, tenant.key(), created, now);
    DeviceWrites.update(sql, work.changed(), now);
    DeviceTable.countUp(sql, tenant.key(), created.size());
    sql.await(credentialRows.insert(sql.client(), work.credentials()));
    sql.await(outbox.append(sql.client(), work.events(), job.trace()));
    sql.await(audit.write(sql.client(), job.author(), work.audit()));
  }

  private static Set<String> ids(List<Device> rows) {
    var ids = new HashSet<String>();
    rows.forEach(row -> ids.add(row.id().value()));
    return ids;
  }
}
