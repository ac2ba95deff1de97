/** What encryption costs: the message path and the group, beside the raw calls of the library that they are made of. */
@org.jspecify.annotations.NullMarked
package dev.parley.chat.bench;
