/** What a request may be like, and whose it is. */
package io.muster.rest.requests;
