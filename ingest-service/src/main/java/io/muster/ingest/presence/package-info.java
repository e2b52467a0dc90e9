/** Tells the registry which devices were heard of. */
package io.muster.ingest.presence;
