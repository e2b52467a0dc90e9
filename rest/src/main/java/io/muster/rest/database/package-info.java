/** How long a service waits for its database; the connections are Vert.x' own. */
package io.muster.rest.database;
