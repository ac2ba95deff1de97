/** Local persistence: the events of rooms, the outbox, and the rooms this profile has been in. */
package dev.parley.chat.store;
