package io.muster.broker.accounts;

import io.muster.contract.id.MalformedIdException;
import io.muster.contract.id.ServiceName;
import java.util.regex.Pattern;

/** Reads user names and client identifiers of services (docs/architecture.md). */
final class ServiceAccount {
  /** {@code :{ordinal}} and, for an instance's further connections, {@code :{purpose}}. */
  private static final Pattern INSTANCE =
      Pattern.compile(":(0|[1-9][0-9]{0,4})(:[A-Za-z0-9_.-]{1,64})?");

  private ServiceAccount() {}

  /**
   * @throws RefusedException when the user name is no service's
   */
  static ServiceName named(String userName) throws RefusedException {
    try {
      return ServiceName.fromUserName(userName);
    } catch (MalformedIdException another) {
      throw new RefusedException(Refusal.NOT_A_SERVICE);
    }
  }

  /**
   * @throws RefusedException when the identifier could throw another service off
   */
  static void requireOwn(ServiceName service, String clientIdentifier) throws RefusedException {
    var own = service.userName();
    var fits =
        clientIdentifier.startsWith(own)
            && INSTANCE
                .matcher(clientIdentifier)
                .region(own.length(), clientIdentifier.length())
                .matches();
    if (!fits) {
      throw new RefusedException(Refusal.CLIENT_IDENTIFIER);
    }
  }
}
