/**
 * The edge to webrtc-java. Whatever can abort the process or hang it if the native library is used carelessly is dealt
 * with here; nothing outside of this package and {@code WebRtcTransport} knows that library.
 */
package dev.parley.chat.internal.webrtc;
