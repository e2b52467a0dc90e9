package io.muster.firmware.signing;

import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A signing key as callers see it: its public half. */
@Schema(name = "SigningKey")
record SigningKeyView(
    UUID id, String name, String algorithm, String publicKey, Instant createdAt, String createdBy) {

  static SigningKeyView of(SigningKey it) {
    return new SigningKeyView(
        it.id(),
        it.name(),
        SignatureTable.label(it.publicKey().algorithm()),
        pem(it.publicKey().der()),
        it.createdAt(),
        it.createdBy());
  }

  static String pem(byte[] der) {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n";
  }
}
