/** What device-registry does with a hundred thousand devices. */
package io.muster.benchmarks.registry;
