/** Which devices were heard of lately, from wherever they are heard. */
package io.muster.ingest.heard;
