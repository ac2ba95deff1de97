/** The client of the signaling worker. Start at {@link dev.parley.chat.signaling.OkHttpSignaling}. */
package dev.parley.chat.signaling;
