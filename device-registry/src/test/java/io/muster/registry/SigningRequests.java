package io.muster.registry;

import java.io.IOException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Base64;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Certification requests of devices (PKCS #10), PEM. */
public final class SigningRequests {
  private SigningRequests() {}

  public static String of(KeyPair keys, String algorithm) {
    return of(keys.getPublic(), keys, algorithm);
  }

  /** With a key that its signer need not hold. */
  public static String of(PublicKey key, KeyPair signer, String algorithm) {
    try {
      var request =
          new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=whoever"), key)
              .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()));
      return "-----BEGIN CERTIFICATE REQUEST-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(request.getEncoded())
          + "\n-----END CERTIFICATE REQUEST-----\n";
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }
}
