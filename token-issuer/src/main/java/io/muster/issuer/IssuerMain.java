package io.muster.issuer;

import io.muster.issuer.check.ReadingCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Properties;

/**
 * The token issuer of an installation on Kubernetes.
 *
 * <pre>
 * java -jar token-issuer.jar issuer.properties   serves and renews until SIGTERM
 * java -jar token-issuer.jar check               sends a reading and reads it back
 * </pre>
 *
 * Exit codes: {@value #WRONG_CONFIGURATION} for wrong settings (one line on standard error says
 * which), 1 when it cannot start or the check fails.
 */
public final class IssuerMain {
  /** As {@code EX_CONFIG} of sysexits.h. */
  static final int WRONG_CONFIGURATION = 78;

  private IssuerMain() {}

  /** Runs until the process is told to stop, or the check is over. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("token-issuer: say the file with the settings, or check");
      System.exit(WRONG_CONFIGURATION);
    } else if ("check".equals(arguments[0])) {
      System.exit(ReadingCheck.run(System.getenv(), System.out));
    } else {
      serve(Path.of(arguments[0]));
    }
  }

  private static void serve(Path file) throws IOException {
    IssuerSettings settings;
    try (var reader = Files.newBufferedReader(file)) {
      var properties = new Properties();
      properties.load(reader);
      settings = IssuerSettings.of(properties);
    } catch (IllegalArgumentException wrong) {
      System.err.println("token-issuer: " + wrong.getMessage());
      System.exit(WRONG_CONFIGURATION);
      return;
    }
    var secrets = KubernetesSecrets.ofThisPod(settings.namespace(), settings.instance());
    var issuer = Issuer.start(settings, secrets, Clock.systemUTC());
    Runtime.getRuntime().addShutdownHook(new Thread(issuer::close, "issuer-shutdown"));
  }
}
