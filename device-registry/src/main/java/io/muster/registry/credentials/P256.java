package io.muster.registry.credentials;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;

/** The curve secp256r1 (FIPS 186-5). */
final class P256 {
  private static final ECParameterSpec PARAMETERS = parameters();

  private P256() {}

  static boolean isCurveOf(ECPublicKey key) {
    var given = key.getParams();
    return given.getCurve().equals(PARAMETERS.getCurve())
        && given.getGenerator().equals(PARAMETERS.getGenerator())
        && given.getOrder().equals(PARAMETERS.getOrder());
  }

  private static ECParameterSpec parameters() {
    try {
      var parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp256r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException missing) {
      throw new IllegalStateException("this Java has no P-256", missing);
    }
  }
}
