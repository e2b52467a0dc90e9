/** Many devices at once: import and export as NDJSON and CSV, streamed. */
package io.muster.registry.bulk;
