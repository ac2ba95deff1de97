/** The wire format, bounded requests and the session of the signaling client. Concealed. */
package dev.parley.chat.signaling.internal;
