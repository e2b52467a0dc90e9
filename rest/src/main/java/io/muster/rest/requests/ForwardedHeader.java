package io.muster.rest.requests;

import java.util.regex.Pattern;

/** In which header proxies say for whom they ask. */
public enum ForwardedHeader {
  /** One address after the other. */
  X_FORWARDED_FOR("X-Forwarded-For") {
    @Override
    String address(String element) {
      return element.strip();
    }
  },

  /** RFC 7239. */
  FORWARDED("Forwarded") {
    @Override
    String address(String element) {
      var node = NODE.matcher(element);
      return node.find() ? node.group(1) == null ? node.group(2) : node.group(1) : "";
    }
  };

  /** An IPv6 address is in brackets, a port may follow, and both need quotes (RFC 7239 §6). */
  private static final Pattern NODE =
      Pattern.compile(
          "(?i)(?:^|;)\\s*for=\"?(?:\\[([^\\]\"]*)\\]|([^:;\"]*))(?::[^;\"]*)?\"?\\s*(?:;|$)");

  private final String headerName;

  ForwardedHeader(String headerName) {
    this.headerName = headerName;
  }

  String headerName() {
    return headerName;
  }

  /** The address that one of the elements names; whatever else it may name as it is. */
  abstract String address(String element);
}
