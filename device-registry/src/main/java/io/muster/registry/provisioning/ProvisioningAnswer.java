package io.muster.registry.provisioning;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.registry.issuing.IssuedCertificate;
import io.muster.registry.tokens.DeviceToken;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Who a device is now. The key that it has shown is its credential: with it it signs its own
 * tokens.
 *
 * @param userName at the endpoint
 * @param credential the id of the credential that its key is
 * @param certificate when it asked for one
 * @param token a first token, so that it can connect at once
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "ProvisionedDevice")
record ProvisioningAnswer(
    String tenant,
    String device,
    @Schema(description = "Its user name at the endpoint") String userName,
    UUID credential,
    IssuedCertificate certificate,
    DeviceToken token) {}
