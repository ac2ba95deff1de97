package dev.parley.chat.signaling.conformance;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** What a broken worker does otherwise than docs/signaling.md says. */
interface Fault {
    Fault NONE = new Fault() {};

    /** A request on its way to the worker. */
    record Asked(String method, String target, Map<String, String> headers, String body) {
        public Asked {
            headers = ofAnyCase(headers);
        }

        Asked withTarget(String other) {
            return new Asked(method, other, headers, body);
        }

        Asked withBody(String other) {
            return new Asked(method, target, headers, other);
        }

        Asked withHeader(String name, String value) {
            Map<String, String> changed = ofAnyCase(headers);
            changed.put(name, value);
            return new Asked(method, target, changed, body);
        }

        boolean is(String methodAndPath) {
            return (method + " " + target.split("\\?", -1)[0]).matches(methodAndPath.replace("{id}", "[a-z2-7]{32}"));
        }
    }

    /** An answer on its way to the suite. */
    record Answered(int status, Map<String, String> headers, String body) {
        public Answered {
            headers = ofAnyCase(headers);
        }

        Answered withStatus(int other) {
            return new Answered(other, headers, body);
        }

        Answered withBody(String other) {
            return new Answered(status, headers, other);
        }

        Answered with(UnaryOperator<String> change) {
            return withBody(change.apply(body));
        }

        Answered without(String header) {
            Map<String, String> changed = ofAnyCase(headers);
            changed.remove(header);
            return new Answered(status, changed, body);
        }

        /** A success with this body in its stead; 204 without any. */
        Answered turnedInto(int other, String json) {
            Map<String, String> changed = ofAnyCase(headers);
            changed.put("Content-Type", "application/json");
            return new Answered(other, changed, other == 204 ? "" : json);
        }
    }

    private static Map<String, String> ofAnyCase(Map<String, String> headers) {
        Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(headers);
        return sorted;
    }

    default Asked ask(Asked asked) throws InterruptedException {
        return asked;
    }

    default Answered answer(Asked asked, Answered answered) {
        return answered;
    }

    /** The frames that are sent on for one text frame of the worker. */
    default List<String> push(String frame) {
        return List.of(frame);
    }

    /** The code with which a WebSocket is closed. */
    default int close(int code) {
        return code;
    }

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
