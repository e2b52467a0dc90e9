package io.muster.mqtt;

/** An answer to a question about health, with a detail for people; null when there is none. */
record Verdict(boolean good, String detail) {
  static final Verdict GOOD = new Verdict(true, null);

  /**
   * @param detail what people should know all the same; null for nothing
   */
  static Verdict good(String detail) {
    return new Verdict(true, detail);
  }

  static Verdict bad(String detail) {
    return new Verdict(false, detail);
  }
}
