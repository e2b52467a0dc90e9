package io.muster.mqtt;

/** An answer to a question about health, with a detail for people; null when there is none. */
record Verdict(boolean good, String detail) {
  static final Verdict GOOD = new Verdict(true, null);

  static Verdict bad(String detail) {
    return new Verdict(false, detail);
  }
}
