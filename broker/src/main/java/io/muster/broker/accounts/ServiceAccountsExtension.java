package io.muster.broker.accounts;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import io.muster.broker.operations.BrokerMetrics;
import io.muster.broker.topics.TopicAuthorizer;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may connect, and which topics they have; plugged into HiveMQ before its listeners open. */
public final class ServiceAccountsExtension implements ExtensionMain {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceAccountsExtension.class);

  private final IssuerKeys keys;
  private final ConnectionEnds ends;
  private final ServiceAuthenticator authenticator;
  private final TopicAuthorizer authorizer;

  /** Bounded by the limit of connections: each client has at most one decision under way. */
  private final ExecutorService deciding = Executors.newVirtualThreadPerTaskExecutor();

  private final ScheduledExecutorService regularly =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("service-accounts").factory());

  public ServiceAccountsExtension(TokenRules rules, BrokerMetrics metrics, Clock clock) {
    this.keys = new IssuerKeys(rules, clock);
    this.ends = new ConnectionEnds(clock);
    this.authenticator =
        new ServiceAuthenticator(new ServiceTokens(rules, keys, clock), ends, metrics, deciding);
    this.authorizer = new TopicAuthorizer(metrics);
  }

  /** Whether services can be told from strangers; false until the issuer was reached once. */
  public boolean knowsIssuer() {
    return keys.areKnown();
  }

  @Override
  public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
    var security = Services.securityRegistry();
    security.setAuthenticatorProvider(client -> authenticator);
    security.setAuthorizerProvider(client -> authorizer);
    regularly.scheduleWithFixedDelay(guarded(ends::sweep), 1, 1, TimeUnit.SECONDS);
    regularly.scheduleWithFixedDelay(
        guarded(() -> deciding.execute(keys::refreshWhenOld)), 0, 1, TimeUnit.SECONDS);
  }

  @Override
  public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
    regularly.shutdownNow();
    deciding.shutdownNow();
  }

  /** A scheduled task that throws would never run again. */
  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException unexpected) {
        LOG.error("a regular task failed", unexpected);
      }
    };
  }
}
