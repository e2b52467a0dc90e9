/** In which format metrics are read. */
package io.muster.rest.metrics;
