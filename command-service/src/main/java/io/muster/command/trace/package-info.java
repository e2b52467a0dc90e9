/** Commands in distributed traces. */
package io.muster.command.trace;
