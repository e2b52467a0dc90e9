package io.muster.ingest.endpoint.down;

import io.muster.ingest.endpoint.observe.EndpointMetrics;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;

/**
 * The codes of one connection's SUBACKs and UNSUBACKs, counted as they are given: at MQTT 3.1.1 a
 * client hears only that it was refused.
 */
final class SubscriptionCodes {
  private static final int REFUSED_311 = 0x80;
  private static final String GRANTED = "granted";
  private static final String NOT_STORED = "not-stored";

  private final ActiveSession session;
  private final EndpointMetrics metrics;

  SubscriptionCodes(ActiveSession session, EndpointMetrics metrics) {
    this.session = session;
    this.metrics = metrics;
  }

  int refused(ReasonCode code) {
    metrics.subscription(EndpointMetrics.label(code));
    return code(code);
  }

  void granted(int filters) {
    for (int i = 0; i < filters; i++) {
      metrics.subscription(GRANTED);
    }
  }

  /** What a filter that was to get this code gets, since the database did not keep it. */
  int failed(int code) {
    if (code >= ReasonCode.UNSPECIFIED_ERROR.code()) {
      return code;
    }
    metrics.subscription(NOT_STORED);
    return code(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
  }

  private int code(ReasonCode code) {
    return session.isMqtt5() ? code.code() : REFUSED_311;
  }
}
