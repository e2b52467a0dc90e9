/** What belongs to any MQTT message. */
package io.muster.contract.message;
