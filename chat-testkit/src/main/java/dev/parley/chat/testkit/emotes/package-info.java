/** For authors of emote providers: the contract that every provider keeps, and recorded answers to test it with. */
@org.jspecify.annotations.NullMarked
package dev.parley.chat.testkit.emotes;
