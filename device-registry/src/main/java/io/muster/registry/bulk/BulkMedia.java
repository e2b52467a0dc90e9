package io.muster.registry.bulk;

/** The formats of many devices. */
final class BulkMedia {
  /** A JSON object in each line. */
  static final String NDJSON = "application/x-ndjson";

  /** RFC 4180, with a header. */
  static final String CSV = "text/csv";

  private BulkMedia() {}
}
