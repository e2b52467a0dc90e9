package io.muster.registry.tokens;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;

/** {@code /api/v1/device-tokens/jwks.json}: for everybody, since there is no secret in it. */
@Path("/api/v1/device-tokens/jwks.json")
@Tag(name = "Device tokens")
class KeySetResource {
  private static final int KEPT_SECONDS = 300;

  private final TokenKeys keys;

  KeySetResource(TokenKeys keys) {
    this.keys = keys;
  }

  @GET
  @PermitAll
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "The keys with which devices' tokens are verified (RFC 7517)",
      description = "Public halves alone; the next one is there before it signs.")
  public Uni<RestResponse<Map<String, List<Map<String, Object>>>>> read() {
    var kept = new CacheControl();
    kept.setMaxAge(KEPT_SECONDS);
    kept.setNoTransform(false);
    return keys.published()
        .map(found -> Map.of("keys", found.stream().map(KeySetResource::jwk).toList()))
        .map(set -> ResponseBuilder.ok(set).header(HttpHeaders.CACHE_CONTROL, kept).build());
  }

  private static Map<String, Object> jwk(TokenKey key) {
    var jwk = new EllipticCurveJsonWebKey((java.security.interfaces.ECPublicKey) key.publicKey());
    jwk.setKeyId(key.id().toString());
    jwk.setAlgorithm("ES256");
    jwk.setUse("sig");
    return jwk.toParams(OutputControlLevel.PUBLIC_ONLY);
  }
}
