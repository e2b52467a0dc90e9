package io.muster.broker.accounts;

import com.hivemq.extension.sdk.api.async.TimeoutFallback;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import io.muster.broker.operations.BrokerMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets services in and nobody else. Decides about every client; it never leaves one undecided. */
final class ServiceAuthenticator implements SimpleAuthenticator {
  /** Two requests to the issuer, each with its own shorter timeout, fit in. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Logger LOG = LoggerFactory.getLogger(ServiceAuthenticator.class);

  private final ServiceTokens tokens;
  private final ConnectionEnds ends;
  private final BrokerMetrics metrics;
  private final Executor executor;

  /**
   * @param executor where tokens are verified; the issuer may have to be asked
   */
  ServiceAuthenticator(
      ServiceTokens tokens, ConnectionEnds ends, BrokerMetrics metrics, Executor executor) {
    this.tokens = tokens;
    this.ends = ends;
    this.metrics = metrics;
    this.executor = executor;
  }

  @Override
  public void onConnect(SimpleAuthInput input, SimpleAuthOutput output) {
    var connect = input.getConnectPacket();
    var address = input.getConnectionInformation().getInetAddress();
    var waiting =
        output.async(PATIENCE, TimeoutFallback.FAILURE, ConnackReasonCode.SERVER_UNAVAILABLE);
    executor.execute(
        () -> {
          try {
            admit(connect, waiting.getOutput());
          } catch (RefusedException refused) {
            metrics.connectionRefused(refused.refusal().label());
            LOG.warn(
                "refused: connection of user '{}', client '{}' from {}: {}",
                Printable.of(connect.getUserName().orElse("")),
                Printable.of(connect.getClientId()),
                address.map(Object::toString).orElse("?"),
                refused.refusal().label());
            refuse(waiting.getOutput(), refused.refusal());
          } catch (RuntimeException unexpected) {
            metrics.connectionRefused("internal-error");
            LOG.error("refused: the decision about a client failed", unexpected);
            waiting.getOutput().failAuthentication(ConnackReasonCode.UNSPECIFIED_ERROR);
          } finally {
            waiting.resume();
          }
        });
  }

  private void admit(ConnectPacket connect, SimpleAuthOutput output) throws RefusedException {
    var service = ServiceAccount.named(connect.getUserName().orElse(null));
    ServiceAccount.requireOwn(service, connect.getClientId());
    Instant end = tokens.verify(service, token(connect));
    ends.at(connect.getClientId(), end);
    // The authorizers decide about every topic; should one ever not, this does.
    output.getDefaultPermissions().setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
    output.authenticateSuccessfully(true);
    metrics.connectionAccepted(service.value());
    LOG.info("accepted {} until {}", connect.getClientId(), end);
  }

  private static String token(ConnectPacket connect) throws RefusedException {
    return connect
        .getPassword()
        .map(buffer -> StandardCharsets.UTF_8.decode(buffer).toString())
        .filter(text -> !text.isBlank())
        .orElseThrow(() -> new RefusedException(Refusal.NO_TOKEN));
  }

  /** The client learns no more than whether another try may help. */
  private static void refuse(SimpleAuthOutput output, Refusal refusal) {
    var code =
        refusal == Refusal.ISSUER_UNAVAILABLE
            ? ConnackReasonCode.SERVER_UNAVAILABLE
            : ConnackReasonCode.NOT_AUTHORIZED;
    output.failAuthentication(code);
  }
}
