/** A simulated world: virtual time, a seeded network, a signaling worker, and processes that crash. */
package dev.parley.chat.testkit.sim;
