package dev.parley.chat.worker.internal.push;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.store.RoomStore.Waiting;

/** How a message looks to its receiver, the same in a list and in a WebSocket frame. */
public final class MessageJson {
    private MessageJson() {}

    public static ObjectNode of(Waiting message) {
        return Json.object()
                .put("seq", message.seq())
                .put("from", message.from())
                .put("type", message.type())
                .put("payload", message.payload());
    }
}
