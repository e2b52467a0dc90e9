/**
 * Configuration for many devices: a state that is desired of each device of a group, merged into
 * the desired state of its shadow when it comes and taken out when it goes.
 */
package io.muster.registry.configuration;
