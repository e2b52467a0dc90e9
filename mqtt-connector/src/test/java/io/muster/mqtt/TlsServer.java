package io.muster.mqtt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A TLS listener that accepts every MQTT client which passes the handshake. */
final class TlsServer implements AutoCloseable {
  private static final char[] SECRET = "changeit".toCharArray();
  private static final byte[] CONNACK = {0x20, 0x03, 0x00, 0x00, 0x00};

  /** By subject; the tool takes a second for each. */
  private static final Map<String, KeyStore> MADE = new ConcurrentHashMap<>();

  private final SSLServerSocket socket;
  private final Path certificate;
  private final Path key;
  private final AtomicInteger connects = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();

  private TlsServer(SSLServerSocket socket, Path certificate, Path key) {
    this.socket = socket;
    this.certificate = certificate;
    this.key = key;
    Thread.ofVirtual().start(this::serve);
  }

  /**
   * @param subject whom its own certificate is for, as keytool writes alternative names
   */
  static TlsServer start(Path folder, String subject, boolean clientsNeedCertificate)
      throws Exception {
    var keys = MADE.get(subject);
    if (keys == null) {
      keys = made(folder.resolve("server.p12"), subject);
      MADE.put(subject, keys);
    }
    var certificate =
        pem(folder.resolve("ca.pem"), "CERTIFICATE", keys.getCertificate("server").getEncoded());
    var key =
        pem(folder.resolve("key.pem"), "PRIVATE KEY", keys.getKey("server", SECRET).getEncoded());
    var keyManagers = KeyManagerFactory.getInstance("PKIX");
    keyManagers.init(keys, SECRET);
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("client", keys.getCertificate("server"));
    var trustManagers = TrustManagerFactory.getInstance("PKIX");
    trustManagers.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
    var socket = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0);
    socket.setNeedClientAuth(clientsNeedCertificate);
    return new TlsServer(socket, certificate, key);
  }

  private static KeyStore made(Path store, String subject) throws Exception {
    keytool(
        "-J-XX:TieredStopAtLevel=1",
        "-J-XX:+UseSerialGC",
        "-genkeypair",
        "-alias",
        "server",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=test",
        "-ext",
        "san=" + subject,
        "-validity",
        "2",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass",
        new String(SECRET));
    return KeyStore.getInstance(store.toFile(), SECRET);
  }

  private static void keytool(String... arguments) throws Exception {
    var command = new java.util.ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(java.util.List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(output);
    }
  }

  private static Path pem(Path file, String type, byte[] content) throws IOException {
    var encoded = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return Files.writeString(
        file, "-----BEGIN " + type + "-----\n" + encoded + "\n-----END " + type + "-----\n");
  }

  private void serve() {
    while (!socket.isClosed()) {
      try {
        var client = (SSLSocket) socket.accept();
        Thread.ofVirtual().start(() -> greet(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void greet(SSLSocket client) {
    try (client) {
      client.startHandshake();
      var input = client.getInputStream();
      input.read();
      connects.incrementAndGet();
      client.getOutputStream().write(CONNACK);
      client.getOutputStream().flush();
      while (input.read() >= 0) {
        // Until the client goes.
      }
    } catch (IOException refused) {
      refusals.incrementAndGet();
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Its certificate, which is its own authority. */
  Path certificate() {
    return certificate;
  }

  Path key() {
    return key;
  }

  /** How many clients passed the handshake and sent something. */
  int connects() {
    return connects.get();
  }

  int refusals() {
    return refusals.get();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException alreadyClosed) {
      // Nothing left to do.
    }
  }
}
