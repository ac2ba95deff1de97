/** Identities, fingerprints and secrets. */
package dev.parley.chat.crypto;
