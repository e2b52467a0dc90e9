package io.muster.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import io.muster.contract.registry.ActivityReport;
import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.DeletedTenants;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.contract.registry.TenantStanding;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every golden payload is read into its record and written again as it was. */
class GoldenInterfacesTest {
  private static final ObjectMapper JSON = ContractJson.mapper();

  private static Class<?> typeOf(String name) {
    return switch (name) {
      case "internal/verify-request.json", "internal/verify-request-certificate.json" ->
          VerifyRequest.class;
      case "internal/verify-answer-allow.json",
          "internal/verify-answer-deny.json",
          "internal/verify-answer-token.json" ->
          VerifyAnswer.class;
      case "internal/claim-request.json" -> ClaimRequest.class;
      case "internal/claim-answer-allow.json", "internal/claim-answer-deny.json" ->
          ClaimAnswer.class;
      case "internal/provision-request.json" -> ProvisionRequest.class;
      case "internal/provision-reply.json" -> ProvisionReply.class;
      case "internal/device-view.json" -> DeviceView.class;
      case "internal/tenant-standing.json" -> TenantStanding.class;
      case "internal/deleted-tenants.json" -> DeletedTenants.class;
      case "internal/activity-report.json" -> ActivityReport.class;
      case "internal/uplink-batch.json", "internal/uplink-batch-beginning.json" ->
          UplinkBatch.class;
      case "internal/uplink-state.json" -> UplinkState.class;
      default -> CloudEvent.class;
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "internal/verify-request.json",
        "internal/verify-request-certificate.json",
        "internal/verify-answer-allow.json",
        "internal/verify-answer-deny.json",
        "internal/verify-answer-token.json",
        "internal/claim-request.json",
        "internal/claim-answer-allow.json",
        "internal/claim-answer-deny.json",
        "internal/provision-request.json",
        "internal/provision-reply.json",
        "internal/device-view.json",
        "internal/tenant-standing.json",
        "internal/deleted-tenants.json",
        "internal/activity-report.json",
        "internal/uplink-batch.json",
        "internal/uplink-batch-beginning.json",
        "internal/uplink-state.json",
        "events/firmware.installed.json",
        "events/registry.presence.json",
        "events/registry.device-created.json",
        "events/registry.device-disabled.json",
        "events/registry.device-deleted.json",
        "events/registry.credential-revoked.json",
        "events/registry.token-key-withdrawn.json",
        "events/registry.tenant-updated.json",
        "events/registry.tenant-deleted.json"
      })
  void isReadAndWrittenAgainAsItWas(String name) throws IOException {
    var type = typeOf(name);
    var written = JSON.writerFor(type).writeValueAsBytes(Golden.read(name, type));
    assertEquals(JSON.readTree(Golden.bytes(name)), JSON.readTree(written));
  }
}
