package io.muster.broker;

/** The broker could not start; the message is one line and names the reason. */
final class BrokerStartException extends RuntimeException {
  BrokerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
