package io.muster.benchmarks.load;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** TLS towards a server whose certificate is known. */
public final class TrustedServer {
  private TrustedServer() {}

  /**
   * Trusts the certificates in the file and demands that the host name fits.
   *
   * @param caFile PEM
   * @throws LoadException when it holds none
   */
  public static SslContext of(Path caFile) {
    try {
      return SslContextBuilder.forClient()
          .trustManager(caFile.toFile())
          .endpointIdentificationAlgorithm("HTTPS")
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new LoadException("no certificates in " + caFile + ": " + e.getMessage(), e);
    }
  }
}
