package io.muster.systemtests;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.stack.Http;
import io.muster.systemtests.stack.RunningStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** Hardware that has left the factory with a key of its own and a claim token for its tenant. */
final class Newcomer {
  private final TenantId tenant;
  private final String serial;
  private final EllipticCurveJsonWebKey key;

  Newcomer(TenantId tenant, String serial) throws JoseException {
    this.tenant = tenant;
    this.serial = serial;
    this.key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
  }

  /** Asks for an identity over REST. */
  Http.Answer ask(RunningStack stack, String claimToken) throws Exception {
    return basic(
        stack,
        stack.registry() + "/api/v1/provisioning",
        "provision@" + tenant,
        claimToken,
        request());
  }

  /** What it asks with, over REST and over MQTT. */
  String request() throws JoseException {
    var body = JsonNodeFactory.instance.objectNode();
    body.putObject("hardware").put("kind", "serial").put("value", serial);
    body.put("publicKey", key.toJson(OutputControlLevel.PUBLIC_ONLY));
    body.put("algorithm", "ES256").put("proof", jwt("muster-provision"));
    return body.toString();
  }

  /** As any device with a key sends it in the password field. */
  String ownToken() throws JoseException {
    return jwt("muster-mqtt");
  }

  private String jwt(String audience) throws JoseException {
    var claims = new JwtClaims();
    claims.setAudience(audience);
    claims.setSubject("serial-" + serial + "@" + tenant);
    claims.setIssuedAtToNow();
    claims.setExpirationTimeMinutesInTheFuture(5);
    var signature = new JsonWebSignature();
    signature.setPayload(claims.toJson());
    signature.setKey(key.getPrivateKey());
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
    return signature.getCompactSerialization();
  }

  /** A device's own call, with HTTP Basic authentication. */
  static Http.Answer basic(
      RunningStack stack, String url, String user, String password, String json)
      throws IOException, InterruptedException {
    var credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    var request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    var answer = stack.http().client().send(request, HttpResponse.BodyHandlers.ofString());
    return new Http.Answer(answer.statusCode(), answer.body());
  }
}
