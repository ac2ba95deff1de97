package dev.parley.chat.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import io.openapiparser.OpenApiParser;
import io.openapiparser.OpenApiResult;
import io.openapiparser.ValidationError;
import io.openapiprocessor.jackson.JacksonConverter;
import io.openapiprocessor.jsonschema.reader.StringReader;
import io.openapiprocessor.jsonschema.schema.DocumentLoader;
import io.openapiprocessor.jsonschema.schema.DocumentStore;
import io.openapiprocessor.jsonschema.schema.SchemaStore;
import io.openapiprocessor.jsonschema.validator.Validator;
import io.openapiprocessor.jsonschema.validator.ValidatorSettings;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI 3.1 file of a signaling worker, by which exchanges are judged.
 *
 * <p>What any request may meet, whatever its path (an unknown path, headers that are too large), stands in the
 * {@code default} answer of each operation, {@code #/components/responses/AnyRequest}. OpenAPI has no words for the
 * preflight requests of browsers (CORS), which concern every path: they are judged by what CORS says. Safe for threads.
 */
public final class ApiDescription {
    private static final String HOW_TO_DESCRIBE =
            "describe it in openapi.yaml of signaling-worker-stub: under paths, with every answer that it gives";

    private static final URI BASE = URI.create("https://openapi.invalid/openapi.json");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)");
    private static final Pattern PART_NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");
    private static final String ANY_REQUEST = "#/components/responses/AnyRequest";

    private final String text;
    private final JsonNode document;
    private final SchemaRegistry schemas;
    private final Map<String, Schema> compiled = new ConcurrentHashMap<>();

    private ApiDescription(String text, JsonNode document) {
        this.text = text;
        this.document = document;
        this.schemas = SchemaRegistry.withDefaultDialect(
                Dialects.getOpenApi31(), builder -> builder.schemas(Map.of(BASE.toString(), document.toString())));
    }

    /**
     * Reads a description.
     *
     * @throws IllegalArgumentException if it is no YAML
     */
    public static ApiDescription parse(String yaml) {
        try {
            return new ApiDescription(yaml, new YAMLMapper().readTree(yaml));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the description is no YAML: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * What is wrong with the file itself: by the schema of OpenAPI 3.1, references that lead nowhere, wrong examples.
     */
    public List<String> faults() {
        List<String> faults = new ArrayList<>();
        walk("#", document, (pointer, node) -> {
            JsonNode reference = node.path("$ref");
            if (reference.isTextual() && at(reference.textValue()).isMissingNode()) {
                faults.add(pointer + ": nothing is at " + reference.textValue());
            }
        });
        if (!faults.isEmpty()) {
            return faults;
        }
        DocumentLoader loader = new DocumentLoader(new StringReader(text), new JacksonConverter());
        OpenApiResult result = new OpenApiParser(new DocumentStore(), loader).parse(BASE);
        if (result.getVersion() != OpenApiResult.Version.V31) {
            return List.of("it is not OpenAPI 3.1");
        }
        SchemaStore store = new SchemaStore(loader);
        store.registerDraft202012();
        if (!result.validate(new Validator(new ValidatorSettings()), store)) {
            for (ValidationError error : result.getValidationErrors()) {
                faults.add(error.getInstanceLocation() + ": " + error.getText());
            }
        }
        walk("#", document, (pointer, node) -> {
            JsonNode example = node.get("example");
            if (example != null && node.has("schema")) {
                faults.addAll(judge(pointer + "/schema", example, pointer + "/example"));
            }
        });
        return faults;
    }

    private static void walk(String pointer, JsonNode node, BiConsumer<String, JsonNode> visitor) {
        visitor.accept(pointer, node);
        node.properties().forEach(e -> walk(pointer + "/" + escape(e.getKey()), e.getValue(), visitor));
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                walk(pointer + "/" + i, node.get(i), visitor);
            }
        }
    }

    /** The operations: method and path template. */
    public Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (METHODS.contains(method)) {
                        operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        return operations;
    }

    /** Every way in which a call may end, by the description. */
    public Set<Outcome> outcomes() {
        Set<Outcome> outcomes = new TreeSet<>();
        for (String operation : operations()) {
            String pointer = operationPointer(operation) + "/responses";
            at(pointer).fieldNames().forEachRemaining(status -> {
                if (!status.equals("default")) {
                    Set<String> codes = codes(at(pointer + "/" + status));
                    (codes.isEmpty() ? Set.of("") : codes)
                            .forEach(code -> outcomes.add(new Outcome(operation, Integer.parseInt(status), code)));
                }
            });
        }
        for (JsonNode one : anyRequest()) {
            JsonNode properties = one.path("properties");
            outcomes.add(new Outcome(
                    Outcome.ANY,
                    properties.path("status").path("const").asInt(),
                    properties.path("code").path("const").asText()));
        }
        return outcomes;
    }

    /** The alternatives of {@code AnyRequest}. */
    private List<JsonNode> anyRequest() {
        List<JsonNode> alternatives = new ArrayList<>();
        at(ANY_REQUEST + "/content/application~1problem+json/schema/allOf")
                .forEach(part -> part.path("oneOf").forEach(alternatives::add));
        return alternatives;
    }

    /** The codes that the problem document of an answer may have: the narrowest list of them in its schema. */
    private Set<String> codes(JsonNode answer) {
        JsonNode schema =
                resolve(answer).path("content").path("application/problem+json").path("schema");
        Set<String> narrowest = Set.of();
        List<JsonNode> parts = new ArrayList<>(List.of(resolve(schema)));
        schema.path("allOf").forEach(part -> parts.add(resolve(part)));
        for (JsonNode part : parts) {
            JsonNode code = part.path("properties").path("code");
            Set<String> codes = new TreeSet<>();
            code.path("enum").forEach(value -> codes.add(value.asText()));
            if (code.has("const")) {
                codes.add(code.path("const").asText());
            }
            if (!codes.isEmpty() && (narrowest.isEmpty() || codes.size() < narrowest.size())) {
                narrowest = codes;
            }
        }
        return narrowest;
    }

    /**
     * The way in which this exchange ended.
     *
     * @return as in {@link #outcomes}, if the exchange is as described
     */
    public Outcome outcome(HttpExchange exchange) {
        String code =
                isProblem(exchange) ? read(exchange.answerBody()).path("code").asText() : "";
        Optional<String> operation = operation(exchange);
        if (operation.isPresent()
                && at(operationPointer(operation.get()) + "/responses").has(Integer.toString(exchange.status()))) {
            return new Outcome(operation.get(), exchange.status(), code);
        }
        return new Outcome(Outcome.ANY, exchange.status(), code);
    }

    /** Method and template of the operation that an exchange is of, if it is described. */
    public Optional<String> operation(HttpExchange exchange) {
        return template(exchange.path())
                .map(path -> exchange.method() + " " + path)
                .filter(operations()::contains);
    }

    private Optional<String> template(String path) {
        String[] actual = path.split("/", -1);
        String found = null;
        for (String template : iterable(document.path("paths"))) {
            String[] expected = template.split("/", -1);
            if (expected.length == actual.length && matches(expected, actual)) {
                if (!template.contains("{")) {
                    return Optional.of(template);
                }
                found = template;
            }
        }
        return Optional.ofNullable(found);
    }

    private static boolean matches(String[] expected, String[] actual) {
        for (int i = 0; i < expected.length; i++) {
            boolean variable = expected[i].startsWith("{");
            if (variable ? actual[i].isEmpty() : !expected[i].equals(actual[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * Judges an exchange: is its path, method, status, every header, media type and body as described; is a request
     * that was accepted one that may be made?
     *
     * @return what is not as described, each on one line that says what to do; empty if all is well
     */
    public List<String> check(HttpExchange exchange) {
        if (isPreflight(exchange)) {
            return checkPreflight(exchange);
        }
        Optional<String> template = template(exchange.path());
        if (template.isEmpty()) {
            return exchange.status() == 404 || isBeforeRoutes(exchange)
                    ? checkAnswer(exchange, ANY_REQUEST)
                    : List.of(exchange.label() + ": the path is served, but not described: " + HOW_TO_DESCRIBE);
        }
        Optional<String> operation = operation(exchange);
        if (operation.isEmpty()) {
            return checkForeignMethod(exchange, template.get());
        }
        String pointer = operationPointer(operation.get());
        List<String> faults = new ArrayList<>();
        if (exchange.status() < 400) {
            faults.addAll(checkRequest(exchange, operation.get(), template.get()));
        }
        String status = Integer.toString(exchange.status());
        JsonNode answers = at(pointer + "/responses");
        if (answers.has(status)) {
            faults.addAll(checkAnswer(exchange, pointer + "/responses/" + status));
        } else if (answers.has("default") && isAnyRequest(exchange.status())) {
            faults.addAll(checkAnswer(exchange, pointer + "/responses/default"));
        } else {
            faults.add(exchange.label() + ": the status is not described: add it to the answers of " + operation.get()
                    + " in openapi.yaml, or let the worker answer as it says");
        }
        return faults;
    }

    /**
     * Judges a request alone, as one that is meant to be accepted; the answer of the exchange is not looked at.
     *
     * @return what is not as described; empty if all is well
     */
    public List<String> checkRequest(HttpExchange exchange) {
        Optional<String> operation = operation(exchange);
        return operation.isEmpty()
                ? List.of(exchange.method() + " " + exchange.path() + ": no such call is described")
                : checkRequest(
                        exchange, operation.get(), template(exchange.path()).orElseThrow());
    }

    /** Whether this is the refusal of a page or of an address, for which no path is looked at. */
    private boolean isBeforeRoutes(HttpExchange exchange) {
        return isAnyRequest(exchange.status())
                && (exchange.status() == 429
                        || (exchange.status() == 403
                                && exchange.requestHeader("Origin").isPresent()));
    }

    /** Whether a browser has asked what a page may do (CORS), and was answered. */
    private static boolean isPreflight(HttpExchange exchange) {
        return exchange.method().equals("OPTIONS")
                && exchange.requestHeader("Access-Control-Request-Method").isPresent()
                && exchange.status() == 200;
    }

    private static List<String> checkPreflight(HttpExchange exchange) {
        return exchange.answerBody().isEmpty()
                        && exchange.answerHeader("Access-Control-Allow-Origin").equals(exchange.requestHeader("Origin"))
                ? List.of()
                : List.of(exchange.label() + ": a preflight request is answered with the origin and without a body");
    }

    private boolean isAnyRequest(int status) {
        return anyRequest().stream()
                .anyMatch(one ->
                        one.path("properties").path("status").path("const").asInt() == status);
    }

    private List<String> checkForeignMethod(HttpExchange exchange, String template) {
        if (isBeforeRoutes(exchange)) {
            return checkAnswer(exchange, ANY_REQUEST);
        }
        if (exchange.status() != 405) {
            return List.of(exchange.label() + ": the method is served, but not described: " + HOW_TO_DESCRIBE);
        }
        List<String> faults = new ArrayList<>(checkAnswer(exchange, ANY_REQUEST));
        String described = operations().stream()
                .filter(operation -> operation.endsWith(" " + template))
                .map(operation -> operation.substring(0, operation.indexOf(' ')))
                .sorted()
                .collect(Collectors.joining(", "));
        String allowed = Arrays.stream(exchange.answerHeader("Allow").orElse("").split(",", -1))
                .map(String::strip)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!allowed.equals(described)) {
            faults.add(exchange.label() + ": Allow says \"" + allowed + "\", described are \"" + described + "\"");
        }
        return faults;
    }

    private List<String> checkRequest(HttpExchange exchange, String operation, String template) {
        String pointer = operationPointer(operation);
        List<String> faults = new ArrayList<>();
        JsonNode described = at(pointer);
        if (described.has("security") && exchange.requestHeader("Authorization").isEmpty()) {
            faults.add(exchange.label() + ": accepted without a token");
        }
        faults.addAll(checkParameters(exchange, operation, template));
        JsonNode body = described.path("requestBody");
        if (body.isMissingNode()) {
            if (!exchange.requestBody().isEmpty()) {
                faults.add(exchange.label() + ": a body is not described");
            }
            return faults;
        }
        String type = mediaType(exchange.requestHeader("Content-Type"));
        if (!body.path("content").has(type)) {
            faults.add(exchange.label() + ": accepted a body of type \"" + type + "\", which is not described");
            return faults;
        }
        JsonNode value = switch (type) {
            case "application/x-www-form-urlencoded" -> form(exchange.requestBody());
            case "multipart/form-data" -> parts(exchange);
            default -> read(exchange.requestBody());
        };
        faults.addAll(judge(
                pointer + "/requestBody/content/" + escape(type) + "/schema",
                value,
                exchange.label() + ": body of the accepted request"));
        return faults;
    }

    private List<String> checkParameters(HttpExchange exchange, String operation, String template) {
        Map<String, String> query = new LinkedHashMap<>();
        form(exchange.query())
                .properties()
                .forEach(e -> query.put(e.getKey(), e.getValue().asText()));
        List<String> pointers = new ArrayList<>();
        for (String owner : List.of(pathPointer(template), operationPointer(operation))) {
            for (int i = 0; i < at(owner + "/parameters").size(); i++) {
                pointers.add(follow(owner + "/parameters/" + i));
            }
        }
        List<String> faults = new ArrayList<>();
        for (String pointer : pointers) {
            JsonNode parameter = at(pointer);
            String name = parameter.path("name").asText();
            String value = switch (parameter.path("in").asText()) {
                case "query" -> query.remove(name);
                case "path" -> variable(template, exchange.path(), name);
                default -> exchange.requestHeader(name).orElse(null);
            };
            if (value == null) {
                if (parameter.path("required").asBoolean()) {
                    faults.add(exchange.label() + ": accepted without the parameter " + name);
                }
            } else {
                faults.addAll(judge(
                        pointer + "/schema",
                        scalar(value, at(follow(pointer + "/schema"))),
                        exchange.label() + ": parameter " + name + " of the accepted request"));
            }
        }
        query.keySet().forEach(name -> faults.add(exchange.label() + ": the parameter " + name + " is not described"));
        return faults;
    }

    private List<String> checkAnswer(HttpExchange exchange, String answer) {
        String pointer = follow(answer);
        JsonNode described = at(pointer);
        List<String> faults = new ArrayList<>();
        described.path("headers").properties().forEach(header -> {
            String at = follow(pointer + "/headers/" + escape(header.getKey()));
            Optional<String> value = exchange.answerHeader(header.getKey());
            if (value.isPresent()) {
                faults.addAll(judge(
                        at + "/schema",
                        scalar(value.get(), at(follow(at + "/schema"))),
                        exchange.label() + ": header " + header.getKey()));
            } else if (at(at).path("required").asBoolean() || isDue(header.getKey(), exchange.status())) {
                faults.add(exchange.label() + ": the header " + header.getKey() + " is missing");
            }
        });
        JsonNode content = described.path("content");
        String type = mediaType(exchange.answerHeader("Content-Type"));
        if (content.isMissingNode() || content.isEmpty()) {
            if (!exchange.answerBody().isEmpty()) {
                faults.add(exchange.label() + ": a body is not described");
            }
        } else if (!content.has(type)) {
            faults.add(exchange.label() + ": the type \"" + type + "\" is not described");
        } else if (type.endsWith("json")) {
            faults.addAll(judge(
                    pointer + "/content/" + escape(type) + "/schema",
                    read(exchange.answerBody()),
                    exchange.label() + ": body"));
        }
        if (isProblem(exchange) && read(exchange.answerBody()).path("status").asInt() != exchange.status()) {
            faults.add(exchange.label() + ": the problem document names another status");
        }
        return faults;
    }

    /** Headers of {@code AnyRequest}, which go with one status each. */
    private static boolean isDue(String header, int status) {
        return (header.equalsIgnoreCase("Allow") && status == 405)
                || (header.equalsIgnoreCase("Retry-After") && (status == 429 || status == 503));
    }

    /**
     * Judges a value, such as a frame of a WebSocket, by a named schema.
     *
     * @param name of the schema, below {@code #/components/schemas}
     * @return what is not as described; empty if all is well
     */
    public List<String> check(String name, String json) {
        return judge("#/components/schemas/" + escape(name), read(json), name);
    }

    /** The codes with which a worker may close the WebSocket of this operation. */
    public Set<Integer> closeCodes(String operation) {
        Set<Integer> codes = new TreeSet<>();
        at(operationPointer(operation) + "/x-websocket/close-codes")
                .fieldNames()
                .forEachRemaining(code -> codes.add(Integer.valueOf(code)));
        return codes;
    }

    private List<String> judge(String pointer, JsonNode value, String what) {
        Schema schema = compiled.computeIfAbsent(
                pointer,
                at -> schemas.getSchema(
                        SchemaLocation.of(BASE + at.replace("{", "%7B").replace("}", "%7D"))));
        List<String> faults = new ArrayList<>();
        for (Error error : schema.validate(value)) {
            // The library's message repeats the value, which may be a token.
            faults.add(what + " at \"" + error.getInstanceLocation() + "\": does not satisfy " + error.getKeyword()
                    + " of " + error.getSchemaLocation());
        }
        return faults;
    }

    private static boolean isProblem(HttpExchange exchange) {
        return mediaType(exchange.answerHeader("Content-Type")).equals("application/problem+json");
    }

    private static String mediaType(Optional<String> contentType) {
        return contentType
                .map(value -> value.split(";", -1)[0].strip().toLowerCase(Locale.ROOT))
                .orElse("");
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private static ObjectNode form(String text) {
        ObjectNode form = JSON.createObjectNode();
        for (String pair : text.isEmpty() ? new String[0] : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            form.put(URLDecoder.decode(name, StandardCharsets.UTF_8), URLDecoder.decode(value, StandardCharsets.UTF_8));
        }
        return form;
    }

    /** The fields of a form in several parts, each as a text; what is binary is damaged by that, but there. */
    private static ObjectNode parts(HttpExchange exchange) {
        ObjectNode form = JSON.createObjectNode();
        Matcher boundary =
                BOUNDARY.matcher(exchange.requestHeader("Content-Type").orElse(""));
        if (boundary.find()) {
            for (String part : exchange.requestBody().split(Pattern.quote("--" + boundary.group(1)), -1)) {
                int end = part.indexOf("\r\n\r\n");
                Matcher name = PART_NAME.matcher(end < 0 ? "" : part.substring(0, end));
                if (name.find()) {
                    String value = part.substring(end + 4);
                    form.put(name.group(1), value.endsWith("\r\n") ? value.substring(0, value.length() - 2) : value);
                }
            }
        }
        return form;
    }

    /** The text of a parameter or header as the JSON that its schema is about. */
    private static JsonNode scalar(String value, JsonNode schema) {
        if (schema.path("type").asText().equals("integer") && value.matches("-?\\d{1,18}")) {
            return JSON.getNodeFactory().numberNode(Long.parseLong(value));
        }
        return JSON.getNodeFactory().textNode(value);
    }

    private static @Nullable String variable(String template, String path, String name) {
        String[] expected = template.split("/", -1);
        String[] actual = path.split("/", -1);
        for (int i = 0; i < expected.length; i++) {
            if (expected[i].equals("{" + name + "}")) {
                return actual[i];
            }
        }
        return null;
    }

    private static String operationPointer(String operation) {
        int blank = operation.indexOf(' ');
        return pathPointer(operation.substring(blank + 1)) + "/"
                + operation.substring(0, blank).toLowerCase(Locale.ROOT);
    }

    private static String pathPointer(String template) {
        return "#/paths/" + escape(template);
    }

    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private JsonNode at(String pointer) {
        return document.at(pointer.substring(1));
    }

    private JsonNode resolve(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isTextual() ? resolve(at(reference.textValue())) : node;
    }

    /** Where the thing at a place really stands. */
    private String follow(String pointer) {
        JsonNode reference = at(pointer).path("$ref");
        return reference.isTextual() ? follow(reference.textValue()) : pointer;
    }

    private static Iterable<String> iterable(JsonNode object) {
        return object::fieldNames;
    }
}
