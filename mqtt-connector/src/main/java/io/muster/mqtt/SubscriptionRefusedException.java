package io.muster.mqtt;

/** The broker does not let this client subscribe to all that its channel needs. */
final class SubscriptionRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SubscriptionRefusedException(String message) {
    super(message);
  }
}
