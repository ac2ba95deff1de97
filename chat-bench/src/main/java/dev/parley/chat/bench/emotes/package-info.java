/** What it costs to find emotes in messages, and to start with the sets of last time. */
@org.jspecify.annotations.NullMarked
package dev.parley.chat.bench.emotes;
