/**
 * Which devices are there: from what the endpoint tells of connections, from what it hears of
 * devices, and from their own word.
 */
package io.muster.registry.presence;
