package io.muster.ingest.endpoint;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Connects over TLS to whatever server there is, with a certificate or without; remembers its
 * sessions, as a device does that connects again.
 */
final class TlsClient {
  private final AtomicInteger certificatesShown = new AtomicInteger();
  private final SSLContext context;
  private final String protocol;

  /**
   * @param protocol as {@code TLSv1.3}
   * @param own null for none
   * @param more that are shown behind it
   */
  TlsClient(String protocol, TestCertificate own, X509Certificate... more) {
    this.protocol = protocol;
    try {
      context = SSLContext.getInstance("TLS");
      var keys = own == null ? null : new KeyManager[] {new Shown(own, more)};
      context.init(keys, new TrustManager[] {new TrustsAll()}, null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  SSLContext context() {
    return context;
  }

  /** In how many handshakes it was asked for a certificate and had one; not in a resumed one. */
  int certificatesShown() {
    return certificatesShown.get();
  }

  SSLSocket connect(int port) throws IOException {
    var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setEnabledProtocols(new String[] {protocol});
    socket.startHandshake();
    return socket;
  }

  RawClient open(TestEndpoint server, ProtocolVersion version) {
    try {
      return RawClient.over(connect(server.endpoint.tlsPort()), version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawClient knock(TestEndpoint server, ConnectPacket connect) {
    return open(server, connect.version()).send(connect.bytes());
  }

  private final class Shown extends X509ExtendedKeyManager {
    private final TestCertificate own;
    private final X509Certificate[] chain;

    Shown(TestCertificate own, X509Certificate... more) {
      this.own = own;
      chain =
          Stream.concat(Stream.of(own.certificate()), Stream.of(more))
              .toArray(X509Certificate[]::new);
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      var type = own.certificate().getPublicKey().getAlgorithm();
      if (!List.of(types).contains(type)) {
        return null;
      }
      certificatesShown.incrementAndGet();
      return "own";
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
      return chooseClientAlias(types, issuers, null);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain;
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return own.keys().getPrivate();
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {"own"};
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return null;
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return null;
    }
  }

  /** Whose the server is other tests look at; an extended one is not asked for its name either. */
  private static final class TrustsAll extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
