package dev.parley.chat.signaling.conformance.internal;

import dev.parley.chat.signaling.conformance.internal.Lab.Room;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** Paths, methods, media types, sizes; health. */
final class GeneralCases {
    private static final int MAX_BODY_BYTES = 72 * 1024;
    private static final int TOO_LONG = 17 * 1024;

    private GeneralCases() {}

    static Cases general() {
        return Cases.of("General")
                .add("an unknown path is not found", GeneralCases::unknownPaths)
                .add("a method that a path does not take is refused, and Allow names the others", GeneralCases::methods)
                .add("a body that is no JSON object is refused", GeneralCases::noObjects)
                .add("a body of another media type is refused", GeneralCases::mediaTypes)
                .add("fields that are not known are ignored", GeneralCases::unknownFields)
                .add("a body is read to 72 KiB and no further", GeneralCases::bodySize)
                .add("headers above 16 KiB are refused", GeneralCases::headerSize)
                .add("a URI above 16 KiB is refused", GeneralCases::uriSize);
    }

    static Cases health() {
        return Cases.of("Health")
                .add("health and readiness are told without a token", GeneralCases::health)
                .add("the API is described as OpenAPI 3.1", GeneralCases::description);
    }

    private static void unknownPaths(Lab lab) throws IOException, InterruptedException {
        for (String path : List.of("/", "/v1", "/v1/nothing", "/v1/rooms/" + HostKey.randomId() + "/nothing")) {
            lab.wire().call("GET", path).token(lab.owner().token()).send().refuses(404, "not_found");
        }
    }

    private static void methods(Lab lab) throws IOException, InterruptedException {
        Answer answer = lab.account("PUT", "/v1/rooms", lab.owner()).json("{}").send();
        answer.refuses(405, "method_not_allowed");
        TreeSet<String> allowed = new TreeSet<>();
        Arrays.stream(answer.header("Allow").split(",", -1)).map(String::strip).forEach(allowed::add);
        // A worker may answer OPTIONS and HEAD besides, for browsers and proxies.
        allowed.removeAll(List.of("OPTIONS", "HEAD"));
        Nonconformance.requireSame(answer.doing() + ", Allow", "[GET, POST]", allowed.toString());
    }

    private static void noObjects(Lab lab) throws IOException, InterruptedException {
        for (String body : List.of("", "{", "[]", "null", "{}", "{} {}", "{\"descriptor\":1,\"signature\":2}")) {
            lab.account("POST", "/v1/rooms", lab.owner())
                    .body(Wire.JSON_TYPE, body)
                    .as("body \"" + body + "\"")
                    .send()
                    .refuses(400, "invalid_request");
        }
    }

    private static void mediaTypes(Lab lab) throws IOException, InterruptedException {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded")) {
            lab.account("POST", "/v1/rooms", lab.owner())
                    .body(type, "{}")
                    .as(type)
                    .send()
                    .refuses(415, "unsupported_media_type");
        }
        Room room = lab.room();
        lab.account("POST", "/v1/rooms", lab.owner())
                .body(Wire.JSON_TYPE + "; charset=utf-8", room.announcement().toString())
                .as("charset=utf-8")
                .send()
                .is(200);
    }

    private static void unknownFields(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room(fields -> fields.put("unknown", 1));
        lab.account("POST", "/v1/rooms", lab.owner())
                .json(room.announcement().deepCopy().put("unknown", "x"))
                .send()
                .is(200);
    }

    private static void bodySize(Lab lab) throws IOException, InterruptedException {
        Room room = lab.room();
        int shell = room.announcement().deepCopy().put("x", "").toString().length();
        String largest = room.announcement()
                .deepCopy()
                .put("x", "y".repeat(MAX_BODY_BYTES - shell))
                .toString();
        lab.account("POST", "/v1/rooms", lab.owner())
                .json(largest)
                .as("72 KiB")
                .send()
                .is(200);
        lab.account("POST", "/v1/rooms", lab.owner())
                .json(largest + " ")
                .as("a byte above 72 KiB")
                .send()
                .refuses(413, "too_large");
    }

    private static void headerSize(Lab lab) throws IOException, InterruptedException {
        lab.wire()
                .call("GET", "/healthz")
                .header("X-Long", "y".repeat(TOO_LONG))
                .send()
                .refuses(431, "too_large");
    }

    private static void uriSize(Lab lab) throws IOException, InterruptedException {
        lab.wire().call("GET", "/healthz?x=" + "y".repeat(TOO_LONG)).send().refuses(414, "too_large");
    }

    private static void health(Lab lab) throws IOException, InterruptedException {
        for (String path : List.of("/healthz", "/readyz")) {
            Answer answer = lab.wire().call("GET", path).send().is(200);
            Nonconformance.requireSame(answer.doing(), "ok", answer.string("status"));
        }
    }

    private static void description(Lab lab) throws IOException, InterruptedException {
        Answer answer = lab.wire().call("GET", "/openapi.yaml").send();
        Nonconformance.requireSame(answer.doing(), 200, answer.status());
        Nonconformance.require(
                answer.text().matches("(?s)(.*\\n)?openapi: [\"']?3\\.1\\..*"),
                answer.doing(),
                "OpenAPI 3.1",
                "something else");
    }
}
