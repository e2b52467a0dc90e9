/**
 * Jobs for clients that were written for AWS IoT Jobs: a device asks for its jobs' commands over
 * {@code $aws/things/{tenant}:{device}/jobs/…} and says there what became of them.
 */
package io.muster.command.aws;
