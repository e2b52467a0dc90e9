/**
 * What the REST interfaces of all services have in common: how they say no (RFC 9457), who may call
 * and for which tenants, pages of lists, versions in {@code If-Match}, JSON that is taken at its
 * word, answers of the registry that are remembered, bans of those who fail again and again, asking
 * another service, reading the audit, the settings and meters with which deleted tenants are
 * removed, how long a database is waited for, and how a trace goes on.
 */
package io.muster.rest;
