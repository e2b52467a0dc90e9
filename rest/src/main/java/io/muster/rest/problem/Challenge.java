package io.muster.rest.problem;

/** With what somebody may say who it is, where 401 is answered (RFC 9110 §11.6.1). */
public enum Challenge {
  /** People and services (RFC 6750). */
  BEARER("Bearer", "A valid bearer token for this interface is needed."),

  /** Devices (RFC 7617). */
  BASIC(
      "Basic realm=\"muster\", charset=\"UTF-8\"",
      "A valid user name and password for this interface are needed (HTTP Basic)."),

  /** Devices at hawkBit's API, with the schemes of its clients. */
  HAWKBIT(
      "TargetToken, GatewayToken, Bearer",
      "A valid target token, gateway token, device token or client certificate is needed.");

  private final String header;
  private final String detail;

  Challenge(String header, String detail) {
    this.header = header;
    this.detail = detail;
  }

  /** The value of {@code WWW-Authenticate}. */
  public String header() {
    return header;
  }

  String detail() {
    return detail;
  }
}
