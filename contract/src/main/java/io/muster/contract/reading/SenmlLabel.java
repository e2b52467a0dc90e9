package io.muster.contract.reading;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The members of a SenML record, and how JSON and CBOR write them (RFC 8428 §4, table 1, §6). */
enum SenmlLabel {
  BASE_VERSION("bver", -1),
  BASE_NAME("bn", -2),
  BASE_TIME("bt", -3),
  BASE_UNIT("bu", -4),
  BASE_VALUE("bv", -5),
  BASE_SUM("bs", -6),
  NAME("n", 0),
  UNIT("u", 1),
  VALUE("v", 2),
  TEXT_VALUE("vs", 3),
  FLAG_VALUE("vb", 4),
  SUM("s", 5),
  TIME("t", 6),
  UPDATE_TIME("ut", 7),
  DATA_VALUE("vd", 8);

  /** How labels are written. */
  enum Notation {
    JSON(label -> label.json),
    CBOR(label -> Integer.toString(label.cbor));

    private final Map<String, SenmlLabel> labels;

    Notation(Function<SenmlLabel, String> written) {
      labels = Arrays.stream(SenmlLabel.values()).collect(Collectors.toMap(written, l -> l));
    }

    /** The label, or null for one that RFC 8428 does not know. */
    SenmlLabel of(String written) {
      return labels.get(written);
    }
  }

  private final String json;
  private final int cbor;

  SenmlLabel(String json, int cbor) {
    this.json = json;
    this.cbor = cbor;
  }

  boolean isBase() {
    return cbor < 0;
  }

  boolean isValue() {
    return switch (this) {
      case VALUE, TEXT_VALUE, FLAG_VALUE, DATA_VALUE -> true;
      case BASE_VERSION, BASE_NAME, BASE_TIME, BASE_UNIT, BASE_VALUE, BASE_SUM -> false;
      case NAME, UNIT, SUM, TIME, UPDATE_TIME -> false;
    };
  }
}
