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
   * holds the key, and nothing else about it. Nothing in it is a secret.
   *
   * @param chain DER, in Base64; within {@link CertificateBounds}
   */
  record Certificate(List<String> chain) implements CredentialProof {
    private static final int MAX_CHARACTERS =
        (CertificateBounds.MAX_CHAIN_BYTES / 3 + CertificateBounds.MAX_CHAIN_CERTIFICATES) * 4;

    /**
     * @throws IllegalArgumentException when it is empty or beyond the bounds
     */
    public Certificate {
      chain = chain == null ? List.of() : List.copyOf(chain);
      if (chain.isEmpty() || chain.size() > CertificateBounds.MAX_CHAIN_CERTIFICATES) {
        throw new IllegalArgumentException(
            "a chain holds 1 to %d certificates"
                .formatted(CertificateBounds.MAX_CHAIN_CERTIFICATES));
      }
      if (chain.stream().mapToInt(String::length).sum() > MAX_CHARACTERS) {
        throw new IllegalArgumentException(
            "a chain holds at most %d bytes".formatted(CertificateBounds.MAX_CHAIN_BYTES));
      }
    }
  }
}
