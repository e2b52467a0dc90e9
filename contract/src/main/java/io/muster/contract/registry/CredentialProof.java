package io.muster.contract.registry;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What a device shows to prove who it is. Its text is a secret: never logged, never stored. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = CredentialProof.Secret.class, name = "secret"),
  @JsonSubTypes.Type(value = CredentialProof.Token.class, name = "token"),
  @JsonSubTypes.Type(value = CredentialProof.Certificate.class, name = "certificate")
})
public sealed interface CredentialProof {

  /** A generated secret, from the password field. */
  record Secret(String secret) implements CredentialProof {
    @Override
    public String toString() {
      return "Secret[…]";
    }
  }

  /** A JWT, from the password field. */
  record Token(String jwt) implements CredentialProof {
    @Override
    public String toString() {
      return "Token[…]";
    }
  }

  /**
   * The certificate chain of the TLS session, the client's own first; TLS has shown that the client
   * holds the key, and nothing else about it.
   *
   * @param chain DER, in Base64
   */
  record Certificate(List<String> chain) implements CredentialProof {}
}
