package dev.parley.chat.signaling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.parley.chat.openapi.ApiDescription;
import dev.parley.chat.openapi.HttpExchange;
import dev.parley.chat.worker.SignalingWorker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;

/** The golden files: what the client says and hears, each exchange as openapi.yaml of the worker describes it. */
final class Goldens {
    static final JsonMapper JSON = new JsonMapper();
    static final ApiDescription API = ApiDescription.parse(text(SignalingWorker.class, "openapi.yaml"));

    /** The base URL that stands in the golden files. */
    private static final String BASE = "http://127.0.0.1:8787";

    private static final Map<String, Golden> ALL = load();

    private Goldens() {}

    /**
     * One exchange. {@code token} is the kind of token that the request has: {@code access}, {@code owner},
     * {@code room}, none.
     */
    record Golden(
            String method,
            String target,
            String token,
            Optional<String> request,
            int status,
            Map<String, String> headers,
            Optional<String> answer) {

        HttpExchange exchange() {
            Map<String, List<String>> sent = new HashMap<>();
            if (!token.isEmpty()) {
                sent.put("Authorization", List.of("Bearer " + token));
            }
            request.ifPresent(file -> sent.put("Content-Type", List.of(typeOf(file))));
            Map<String, List<String>> heard = new HashMap<>();
            headers.forEach((name, value) -> heard.put(name, List.of(value)));
            answer.ifPresent(file -> heard.put("Content-Type", List.of(answerType())));
            return new HttpExchange(
                    method,
                    target,
                    sent,
                    request.map(Goldens::file).orElse(""),
                    status,
                    heard,
                    answer.map(Goldens::file).orElse(""));
        }

        String answerType() {
            return status < 400 ? "application/json" : "application/problem+json";
        }

        /** The answer, from a worker at another place than the one in the file. */
        MockResponse answerFrom(Worker worker) {
            MockResponse.Builder builder = new MockResponse.Builder().code(status);
            headers.forEach((name, value) -> builder.setHeader(name, at(worker, value)));
            answer.ifPresent(
                    file -> builder.setHeader("Content-Type", answerType()).body(at(worker, file(file))));
            return builder.build();
        }

        private static String at(Worker worker, String text) {
            return text.replace(BASE, worker.url().toString());
        }
    }

    static String typeOf(String file) {
        return file.endsWith(".txt") ? "application/x-www-form-urlencoded" : "application/json";
    }

    static Set<String> names() {
        return ALL.keySet();
    }

    static Golden get(String name) {
        return Objects.requireNonNull(ALL.get(name), name);
    }

    static String file(String name) {
        return text(Goldens.class, "/golden/" + name).strip();
    }

    /** The calls of which there is a golden exchange. */
    static Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        ALL.values().forEach(golden -> API.operation(golden.exchange()).ifPresent(operations::add));
        return operations;
    }

    /**
     * What is wrong with a request of the client: it is not as described, or there is no golden exchange of its kind.
     */
    static List<String> faults(RecordedRequest request) {
        HttpExchange exchange = new HttpExchange(
                request.getMethod(),
                request.getTarget(),
                request.getHeaders().toMultimap(),
                request.getBody() == null ? "" : request.getBody().utf8(),
                0,
                Map.of(),
                "");
        Optional<String> operation = API.operation(exchange);
        if (request.getHeaders().get("Authorization") == null
                && operation.equals(API.operation(get("challenge").exchange()))) {
            // Made to be refused: the refusal says where tokens come from.
            return List.of();
        }
        List<String> faults = new ArrayList<>(API.checkRequest(exchange));
        if (operation.isPresent() && !operations().contains(operation.get())) {
            faults.add(
                    operation.get() + ": the client makes this call, but there is no golden exchange of it: add one to"
                            + " golden/exchanges.json and hold the client to it in GoldenWireTest");
        }
        return faults;
    }

    private static Map<String, Golden> load() {
        Map<String, Golden> all = new LinkedHashMap<>();
        try {
            for (JsonNode node : JSON.readTree(file("exchanges.json"))) {
                Map<String, String> headers = new LinkedHashMap<>();
                node.path("headers")
                        .properties()
                        .forEach(header ->
                                headers.put(header.getKey(), header.getValue().asText()));
                all.put(
                        node.get("name").asText(),
                        new Golden(
                                node.get("method").asText(),
                                node.get("target").asText(),
                                node.path("token").asText(""),
                                Optional.ofNullable(node.get("request")).map(JsonNode::asText),
                                node.get("status").asInt(),
                                headers,
                                Optional.ofNullable(node.get("answer")).map(JsonNode::asText)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static String text(Class<?> neighbour, String name) {
        try (InputStream in = Objects.requireNonNull(neighbour.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
