/**
 * Device shadows with the semantics and the JSON of AWS IoT's Device Shadow service (its developer
 * guide: documents, MQTT topics, error messages), over REST and over MQTT in both topic families.
 */
package io.muster.registry.shadow;
