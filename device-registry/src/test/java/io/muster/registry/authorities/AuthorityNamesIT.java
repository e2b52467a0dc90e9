package io.muster.registry.authorities;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import io.muster.contract.registry.VerifyRequest;
import io.muster.registry.Api;
import io.muster.registry.DeviceCertificates;
import io.muster.registry.RegistryTest;
import io.muster.registry.TestAuthority;
import io.muster.registry.Tokens;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Others have many authorities of the name of one's own. */
@RegistryTest
class AuthorityNamesIT {
  /** As many as a tenant may have. */
  private static final int OF_A_TENANT = 10;

  Tokens tokens;

  @Test
  void theyDoNotKeepItsDevicesOut() {
    var admin = Api.as(tokens.admin());
    var name = "factory of " + Api.freshTenant();
    for (int n = 0; n < 3; n++) {
      var squatter = admin.tenant();
      for (int i = 0; i < OF_A_TENANT; i++) {
        admin.activate(squatter, TestAuthority.root(name));
      }
    }
    var tenant = admin.tenant();
    var own = TestAuthority.root(name);
    admin.activate(tenant, own);
    assertEquals(DeviceAddress.of(tenant, "one"), verify(own).device());
  }

  @Test
  void aTenantsLatestOfOneNameVouchWhileItChangesOver() {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    var name = "factory of " + tenant;
    var older = TestAuthority.root(name);
    var newer = TestAuthority.root(name);
    admin.activate(tenant, older);
    admin.activate(tenant, newer);
    assertEquals(tenant, verify(older).device().tenant().value());
    assertEquals(tenant, verify(newer).device().tenant().value());
  }

  private Allowed verify(TestAuthority authority) {
    var chain = List.of(DeviceCertificates.base64(authority.device("one")));
    VerifyAnswer answer =
        Api.as(tokens.service())
            .verify(new VerifyRequest(null, new CredentialProof.Certificate(chain), null));
    return assertInstanceOf(Allowed.class, answer);
  }
}
