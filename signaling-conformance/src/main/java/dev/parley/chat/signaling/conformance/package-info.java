/** The conformance suite of signaling workers: {@link dev.parley.chat.signaling.conformance.ConformanceSuite}. */
package dev.parley.chat.signaling.conformance;
