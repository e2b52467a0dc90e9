/**
 * What an installation on Kubernetes needs and nobody else gives it: services' tokens, keys and
 * certificates, passwords of a bundled database, and an administrator's token where people have no
 * issuer of their own. All are Secrets that the pods mount; they outlive the release.
 */
package io.muster.issuer;
