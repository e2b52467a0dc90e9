package io.muster.systemtests;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.muster.contract.id.DeviceAddress;
import io.muster.systemtests.stack.RunningStack;
import java.util.Base64;
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

  /** As a device sends it in the password field. */
  String mint() throws JoseException {
    var claims = new JwtClaims();
    claims.setAudience("muster-mqtt");
    claims.setSubject(device.userName());
    claims.setIssuedAtToNow();
    claims.setExpirationTimeMinutesInTheFuture(10);
    var signature = new JsonWebSignature();
    signature.setPayload(claims.toJson());
    signature.setKey(key.getPrivateKey());
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
    return signature.getCompactSerialization();
  }

  private String pem() {
    var der =
        Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(key.getPublicKey().getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + der + "\n-----END PUBLIC KEY-----\n";
  }
}
