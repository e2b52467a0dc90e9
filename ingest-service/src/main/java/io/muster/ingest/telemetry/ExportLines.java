package io.muster.ingest.telemetry;

import java.util.List;

/** How an export writes readings. Stateless but for what it was made with; thread-safe. */
sealed interface ExportLines permits NdjsonLines, CsvLines {

  /** What comes before all readings; may be empty. */
  byte[] head();

  byte[] lines(List<StoredReading> readings);
}
