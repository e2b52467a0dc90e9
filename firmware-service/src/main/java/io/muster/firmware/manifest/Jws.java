package io.muster.firmware.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Signs texts for devices: JWS, compact (RFC 7515 §7.1), ES256. Stateless. */
final class Jws {
  static final String ALGORITHM = "ES256";

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private Jws() {}

  /**
   * The JOSE header.
   *
   * @param typ what it is, so that one thing is never taken for another
   * @param kid whose signature it is
   */
  record Header(String alg, String typ, String kid) {}

  static String sign(ManifestKey key, String type, Object payload) {
    var text = base64(new Header(ALGORITHM, type, key.id())) + "." + base64(payload);
    return text + "." + base64(key.sign(text.getBytes(StandardCharsets.US_ASCII)));
  }

  static String base64(byte[] bytes) {
    return BASE64.encodeToString(bytes);
  }

  private static String base64(Object value) {
    try {
      return base64(ContractJson.mapper().writeValueAsBytes(value));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
