/** Rooms and messages: what a program that chats needs. Start at {@code RoomManager}. */
package dev.parley.chat;
