package io.muster.broker;

import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/**
 * The broker as a process of its own.
 *
 * <p>Everything comes from the environment, see {@link BrokerSettings}. Exit codes: 143 after
 * SIGTERM and 130 after SIGINT, when all is written; {@value #WRONG_CONFIGURATION} for a wrong
 * configuration (one line on standard error says which), {@value #CANNOT_START} when it could not
 * start or its store failed.
 *
 * <p>Launch with these flags; without them it works, with warnings of the JVM, since HiveMQ's
 * Netty, JCTools and Xodus reach for {@code sun.misc.Unsafe} and RocksDB for native code:
 *
 * <pre>
 * java --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED
 *      --add-opens java.base/java.lang=ALL-UNNAMED --add-opens java.base/java.nio=ALL-UNNAMED
 *      --add-opens java.base/sun.nio.ch=ALL-UNNAMED
 *      --add-exports java.base/jdk.internal.misc=ALL-UNNAMED
 *      -Xmx256m -XX:+ExitOnOutOfMemoryError
 *      -cp broker.jar:lib/* io.muster.broker.BrokerMain
 * </pre>
 *
 * <p>When it is ready it prints one line that begins with {@value #READY}; the listener opens after
 * everything else, so whoever can connect finds it ready.
 */
public final class BrokerMain {
  /** The configuration is wrong; as {@code EX_CONFIG} of sysexits.h. */
  static final int WRONG_CONFIGURATION = 78;

  /** It could not start, or its store is damaged. */
  static final int CANNOT_START = 1;

  static final String READY = "Muster broker ready at ";

  private BrokerMain() {}

  /** Runs until the process is told to stop. */
  public static void main(String[] arguments) throws InterruptedException {
    BrokerSettings settings;
    try {
      settings = BrokerSettings.of(System.getenv());
    } catch (WrongSettingException wrong) {
      System.err.println("broker: " + wrong.getMessage());
      System.exit(WRONG_CONFIGURATION);
      return;
    }
    var log = LoggerFactory.getLogger(BrokerMain.class);
    var broker = new Broker(settings);
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  broker.close();
                  log.info("Muster broker stopped");
                  stopped.countDown();
                },
                "broker-shutdown"));
    try {
      var port = broker.start();
      log.info("{}{}:{}", READY, settings.host(), port);
    } catch (WrongSettingException wrong) {
      log.error("broker: {}", wrong.getMessage());
      System.exit(WRONG_CONFIGURATION);
    } catch (BrokerStartException failed) {
      log.error("broker: {}", failed.getMessage());
      System.exit(CANNOT_START);
    }
    stopped.await();
  }
}
