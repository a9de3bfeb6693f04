/**
 * Who belongs to the cluster: whoever holds its key. Every node derives the same certificate authority from the key and signs
 * itself a certificate with it at each start; both sides of a connection require one from the other. Host names are not
 * compared: a certificate says "holds the key", not "is host x". Certificates are valid for ever, because each lives as long as
 * its process and a wrong clock must not part a cluster.
 */
package io.ssi.core.trust;
