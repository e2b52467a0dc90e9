package io.muster.systemtests;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.muster.contract.id.DeviceAddress;
import io.muster.systemtests.stack.RunningStack;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** A device that signs its own tokens, with a key whose public half it has registered. */
final class DeviceToken {
  private final DeviceAddress device;
  private final EllipticCurveJsonWebKey key;

  private DeviceToken(DeviceAddress device, EllipticCurveJsonWebKey key) {
    this.device = device;
    this.key = key;
  }

  DeviceToken(RunningStack stack, DeviceAddress device) throws JoseException {
    this.device = device;
    this.key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
    var body = JsonNodeFactory.instance.objectNode();
    body.put("kind", "jwt-key").put("algorithm", "ES256").put("publicKey", pem());
    stack
        .http()
        .post(stack.credentials(device), stack.tokens().admin(), body.toString())
        .expect(201);
  }

  /** The same key in the hands of a device that did not register it. */
  DeviceToken as(DeviceAddress other) {
    return new DeviceToken(other, key);
  }

  /** As a device sends it in the password field. */
  String mint() throws JoseException {
    return mint(claims -> {});
  }

  /** The same with other claims. */
  String mint(Consumer<JwtClaims> change) throws JoseException {
    var signature = new JsonWebSignature();
    signature.setPayload(claims(change).toJson());
    signature.setKey(key.getPrivateKey());
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
    return signature.getCompactSerialization();
  }

  /** With {@code alg: none}, as RFC 7515 has it and nobody should take it. */
  String unsigned() {
    return base64Url("{\"alg\":\"none\"}") + "." + base64Url(claims(it -> {}).toJson()) + ".";
  }

  private JwtClaims claims(Consumer<JwtClaims> change) {
    var claims = new JwtClaims();
    claims.setAudience("muster-mqtt");
    claims.setSubject(device.userName());
    claims.setIssuedAtToNow();
    claims.setExpirationTimeMinutesInTheFuture(10);
    change.accept(claims);
    return claims;
  }

  private static String base64Url(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private String pem() {
    var der =
        Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(key.getPublicKey().getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + der + "\n-----END PUBLIC KEY-----\n";
  }
}
