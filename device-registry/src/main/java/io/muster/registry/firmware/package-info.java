/**
 * What devices have installed: firmware-service tells it ({@code platform/firmware/installed}), a
 * search asks for it.
 */
package io.muster.registry.firmware;
