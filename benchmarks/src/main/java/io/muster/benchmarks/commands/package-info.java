/** What command-service adds to a request and its response. */
package io.muster.benchmarks.commands;
