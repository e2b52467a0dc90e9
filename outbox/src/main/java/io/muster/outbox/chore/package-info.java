/**
 * What a service does in the background again and again, and how it says that this does not work
 * for now.
 */
package io.muster.outbox.chore;
