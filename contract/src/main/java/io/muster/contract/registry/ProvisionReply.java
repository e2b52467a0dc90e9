package io.muster.contract.registry;

/**
 * The registry's answer to {@link ProvisionRequest}; always with HTTP status 200.
 *
 * @param status as the REST interface would have it: 200, or that of a problem
 * @param payload for the device as it is: a JSON object with a member {@code status}
 */
public record ProvisionReply(int status, byte[] payload) {

  /**
   * @throws IllegalArgumentException when one is missing
   */
  public ProvisionReply {
    if (status < 200 || payload == null) {
      throw new IllegalArgumentException("an answer has a status and a payload");
    }
  }

  /** Never the payload, in which there may be a token. */
  @Override
  public String toString() {
    return "ProvisionReply[" + status + "]";
  }
}
