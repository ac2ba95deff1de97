/**
 * A signaling server under load: idle WebSocket peers and requests, beside PeerServer under the same.
 * {@link dev.parley.chat.bench.load.SignalingLoad} runs it.
 */
package dev.parley.chat.bench.load;
