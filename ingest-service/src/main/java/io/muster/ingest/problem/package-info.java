/** How this service says no: sealed refusals, answered as problem details (RFC 9457). */
package io.muster.ingest.problem;
