/** The seams to the world outside: links to peers, the signaling worker, time, randomness and threads. */
package dev.parley.chat.transport;
