/** What becomes of a command and of its device's queue: pure, without clock and database. */
package io.muster.command.life;
