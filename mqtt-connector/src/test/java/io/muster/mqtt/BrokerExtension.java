package io.muster.mqtt;

import io.muster.localstack.FreePort;
import io.muster.localstack.process.BrokerProcess;
import io.muster.localstack.tokens.LocalIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the real broker, one process for all of them. */
public final class BrokerExtension implements ParameterResolver {
  private static final ExtensionContext.Namespace SPACE =
      ExtensionContext.Namespace.create(BrokerExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Broker.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SPACE)
        .computeIfAbsent(Broker.class, type -> Broker.start(), Broker.class);
  }

  /** The broker, and the issuer of the tokens that it wants for passwords. */
  public static final class Broker implements AutoCloseable {
    /** The service account that tests use; its topics are {@code platform/probe/#}. */
    static final String SERVICE = "probe";

    private final LocalIssuer issuer;
    private final BrokerProcess process;

    private Broker(LocalIssuer issuer, BrokerProcess process) {
      this.issuer = issuer;
      this.process = process;
    }

    static Broker start() {
      try {
        var folder = Files.createTempDirectory(Path.of("target"), "broker-");
        var issuer = LocalIssuer.start(folder.resolve("keys"), 0);
        return new Broker(
            issuer, BrokerProcess.start(folder, FreePort.any(), issuer.serviceIssuer()));
      } catch (IOException cannotStart) {
        throw new java.io.UncheckedIOException(cannotStart);
      }
    }

    String url() {
      return process.url();
    }

    int port() {
      return process.port();
    }

    String token() {
      return token(Duration.ofMinutes(50));
    }

    String token(Duration lifetime) {
      return issuer.mintService(SERVICE, lifetime);
    }

    /** SIGKILL. */
    void kill() {
      process.kill();
    }

    void restart() {
      process.restart();
    }

    @Override
    public void close() {
      process.close();
      issuer.close();
    }
  }
}
