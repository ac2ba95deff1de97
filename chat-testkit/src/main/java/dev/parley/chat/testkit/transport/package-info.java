/** The contract of transports. */
package dev.parley.chat.testkit.transport;
