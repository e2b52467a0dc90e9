package io.muster.registry.credentials;

/** What a device can prove itself with. */
public enum CredentialKind {
  /** A generated secret. */
  SECRET("secret"),
  /** A key with which it signs tokens. */
  JWT_KEY("jwt-key"),
  /** A client certificate with whose key it does the TLS handshake. */
  CERTIFICATE("certificate");

  private final String label;

  CredentialKind(String label) {
    this.label = label;
  }

  /** As in JSON and in the table. */
  public String label() {
    return label;
  }
}
