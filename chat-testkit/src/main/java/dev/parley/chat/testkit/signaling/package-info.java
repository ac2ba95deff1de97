/** The contract of signaling clients. */
package dev.parley.chat.testkit.signaling;
