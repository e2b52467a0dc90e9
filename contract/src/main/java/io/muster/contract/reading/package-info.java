/**
 * What a telemetry message says: readings, and how they are read from JSON, SenML and gzip. The
 * values that are kept are defined here for every service that decodes or compares them.
 */
package io.muster.contract.reading;
