package io.muster.registry.verification;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer.IssuedToken;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.registry.credentials.KeyAlgorithm;
import io.muster.registry.tokens.TokenIssuer;
import io.muster.registry.tokens.TokenKeys;
import io.muster.registry.verification.Finding.Disproven;
import io.muster.registry.verification.KnownCredential.OfIssuedToken;
import io.muster.registry.verification.KnownCredential.OfKey;
import io.muster.registry.verification.KnownCredential.Standing;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;

/**
 * Looks at a token in the password field: one that the registry gave out, which names one of its
 * keys, or else one that the device signed itself. Thread-safe.
 */
@ApplicationScoped
class IssuedTokenCheck {
  // Two instances made the device and the token, and a token's times are whole seconds.
  private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(2);
  private static final Standing HOLDS = new Standing(null, null, true);

  private final TokenCheck own;
  private final TokenKeys keys;
  private final TokenRules rules;
  private final DeviceLookup lookup;
  private final Clock clock;

  IssuedTokenCheck(
      TokenCheck own, TokenKeys keys, TokenRules rules, DeviceLookup lookup, Clock clock) {
    this.own = own;
    this.keys = keys;
    this.rules = rules;
    this.lookup = lookup;
    this.clock = clock;
  }

  Uni<Finding> check(DeviceAddress address, KnownDevice device, String jwt) {
    var token = TokenText.read(jwt, rules.maxCharacters());
    var keyId = token.map(TokenText::keyId).flatMap(IssuedTokenCheck::uuid);
    if (keyId.isEmpty()) {
      return Uni.createFrom().item(() -> own.check(address, device, jwt));
    }
    return keys.find(keyId.get())
        .chain(
            key ->
                key.isEmpty()
                    ? Uni.createFrom().item(() -> own.check(address, device, jwt))
                    : check(address, device, token.get(), new Signer(keyId.get(), key.get())));
  }

  /** One of the registry's keys. */
  private record Signer(UUID id, PublicKey key) {
    OfKey asCredential() {
      return new OfKey(id, HOLDS, KeyAlgorithm.ES256, key.getEncoded());
    }
  }

  private Uni<Finding> check(
      DeviceAddress address, KnownDevice device, TokenText token, Signer signer) {
    if (!KeyAlgorithm.ES256.label().equals(token.algorithm())) {
      return disproven(Reason.TOKEN_ALGORITHM);
    }
    if (!token.isSignedBy(signer.asCredential())) {
      return disproven(Reason.TOKEN_SIGNATURE);
    }
    var claims = token.claims();
    return claims.isEmpty()
        ? disproven(Reason.TOKEN_MALFORMED)
        : check(address, device, claims.get(), signer);
  }

  private Uni<Finding> check(
      DeviceAddress address, KnownDevice device, JwtClaims claims, Signer signer) {
    try {
      // Other than a device's key, this one signs for every tenant: the whole name counts.
      if (!address.userName().equals(claims.getSubject())) {
        return disproven(Reason.TOKEN_SUBJECT);
      }
      // What it is not good for is for the endpoint to refuse; good for nothing it opens nothing.
      var scopes = DeviceScope.read(String.valueOf(claims.getStringClaimValue("scope")));
      if (scopes.isEmpty()) {
        return disproven(Reason.TOKEN_SCOPE);
      }
      var issued = new IssuedToken(signer.id(), scopes);
      var credential = Optional.ofNullable(claims.getStringClaimValue(TokenIssuer.CREDENTIAL));
      return credential.isEmpty()
          ? Uni.createFrom().item(ofDevice(address, device, signer.id(), issued, claims))
          : check(address, device, claims, issued, uuid(credential.get()).orElseThrow());
    } catch (MalformedClaimException malformed) {
      return disproven(Reason.TOKEN_MALFORMED);
    }
  }

  /** One that an operator got names no credential: it ends with the device, not with its name. */
  private Finding ofDevice(
      DeviceAddress address, KnownDevice device, UUID signer, IssuedToken issued, JwtClaims claims)
      throws MalformedClaimException {
    var issuedAt = claims.getIssuedAt();
    var earliest = device.createdAt().minus(CLOCKS_DIFFER);
    return issuedAt == null || Instant.ofEpochSecond(issuedAt.getValue()).isBefore(earliest)
        ? new Disproven(Reason.TOKEN_SUBJECT)
        : judged(address, signer, HOLDS, issued, claims);
  }

  /** It ends with the credential that it was got with. */
  private Uni<Finding> check(
      DeviceAddress address,
      KnownDevice device,
      JwtClaims claims,
      IssuedToken issued,
      UUID credential) {
    return lookup
        .standing(device.key(), credential)
        .map(
            standing ->
                standing.isEmpty()
                    ? new Disproven(Reason.NO_SUCH_CREDENTIAL)
                    : judged(address, credential, standing.get(), issued, claims));
  }

  private Finding judged(
      DeviceAddress address,
      UUID credential,
      Standing standing,
      IssuedToken issued,
      JwtClaims claims) {
    var now = clock.instant();
    if (standing.over(now)) {
      return new Disproven(Reason.CREDENTIAL_EXPIRED);
    }
    // Shown before, or there would be no token.
    var used = new Standing(standing.notBefore(), standing.notAfter(), true);
    return own.checkClaims(address, new OfIssuedToken(credential, used, issued), claims, now);
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.ofNullable(text).map(UUID::fromString);
    } catch (IllegalArgumentException another) {
      return Optional.empty();
    }
  }

  private static Uni<Finding> disproven(Reason reason) {
    return Uni.createFrom().item(new Disproven(reason));
  }
}
