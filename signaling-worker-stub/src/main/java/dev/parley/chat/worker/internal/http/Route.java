package dev.parley.chat.worker.internal.http;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A method and a path with variables, such as {@code GET /v1/rooms/{roomId}}, and who answers it.
 *
 * @param template segments in braces match any one segment
 */
public record Route(String method, String template, Endpoint endpoint) {

    /** Answers a request; may throw before it has answered. */
    @FunctionalInterface
    interface Endpoint {
        void handle(Exchange exchange) throws Exception;
    }

    /** The variables of a path that fits the template, or null if it does not. */
    @Nullable
    Map<String, String> match(String path) {
        String[] expected = template.split("/", -1);
        String[] actual = path.split("/", -1);
        if (expected.length != actual.length) {
            return null;
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < expected.length; i++) {
            String segment = expected[i];
            if (segment.startsWith("{") && segment.endsWith("}")) {
                variables.put(segment.substring(1, segment.length() - 1), actual[i]);
            } else if (!segment.equals(actual[i])) {
                return null;
            }
        }
        return variables;
    }
}
