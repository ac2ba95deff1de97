/** Rooms and messages: what a program that chats needs. Start at {@link RoomManager}. */
package dev.parley.chat;
