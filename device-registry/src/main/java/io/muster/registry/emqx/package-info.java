/**
 * Who may connect, publish and subscribe at an EMQX 5 broker, and who is connected there: EMQX'
 * HTTP authentication and authorization, and the events of its rule engine.
 */
package io.muster.registry.emqx;
