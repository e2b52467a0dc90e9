package io.muster.command.jobs;

/** Jobs that tests ask for, with single quotes. */
final class JobRequests {
  /** To all that the tests' registry knows under a filter. */
  static final String LAB =
      "{'command':{'name':'reboot','payload':{'delay':5}},'targets':{'filter':'tag==lab'}}";

  private JobRequests() {}

  /** {@link #LAB} with one more member. */
  static String with(String member) {
    return LAB.substring(0, LAB.length() - 1) + "," + member + "}";
  }

  /** To these. */
  static String list(String... devices) {
    return "{'command':{'name':'reboot'},'targets':{'devices':['"
        + String.join("','", devices)
        + "']}}";
  }
}
