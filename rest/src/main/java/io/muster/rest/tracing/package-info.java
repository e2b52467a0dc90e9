/** How a trace goes on in messages and rows. */
package io.muster.rest.tracing;
