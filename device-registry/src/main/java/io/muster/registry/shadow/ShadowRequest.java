package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * What a client sends, read as far as its client token, so that a refusal of the rest can name it.
 *
 * @param body an empty object when there was none
 * @param clientToken or null
 */
record ShadowRequest(ObjectNode body, String clientToken) {
  private static final int TOKEN_BYTES = 64;

  /**
   * Reads the payload of an update.
   *
   * @throws ShadowRefusedException with 400, 413 or 415
   */
  static ShadowRequest update(byte[] payload, ShadowRules rules) {
    // What is left of it cannot be larger than what is allowed, unless most of it is blank.
    if (payload.length > 2L * rules.maxBytes()) {
      throw ShadowRefusal.tooLarge().asException();
    }
    return of(ShadowJson.read(payload));
  }

  /** An update from the API, which was read as JSON already. */
  static ShadowRequest of(ObjectNode body) {
    return new ShadowRequest(body, token(body.get("clientToken")));
  }

  /**
   * Reads the payload of a get or a delete, of which the client token alone counts; what else there
   * may be is ignored.
   *
   * @throws ShadowRefusedException with 400 for a token that is none
   */
  static ShadowRequest other(byte[] payload) {
    try {
      return of(ShadowJson.read(payload));
    } catch (ShadowRefusedException refused) {
      if ("/clientToken".equals(refused.refusal().pointer())) {
        throw refused;
      }
      return new ShadowRequest(ShadowJson.object(), null);
    }
  }

  private static String token(JsonNode node) {
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isTextual()
        || node.textValue().getBytes(StandardCharsets.UTF_8).length > TOKEN_BYTES) {
      throw ShadowRefusal.malformed("Invalid clientToken", "/clientToken").asException();
    }
    return node.textValue();
  }
}
