/** What the full-screen client costs while much is said. */
@org.jspecify.annotations.NullMarked
package dev.parley.chat.bench.client;
