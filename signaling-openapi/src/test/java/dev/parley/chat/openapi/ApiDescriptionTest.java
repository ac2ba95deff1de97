package dev.parley.chat.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiDescriptionTest {
    private static final String YAML = """
            openapi: 3.1.0
            info:
              title: t
              version: "1"
            paths:
              /things/{id}:
                parameters:
                  - name: id
                    in: path
                    required: true
                    schema:
                      type: integer
                      minimum: 1
                put:
                  security:
                    - token: []
                  parameters:
                    - name: deep
                      in: query
                      schema:
                        type: string
                  requestBody:
                    required: true
                    content:
                      application/json:
                        example: {"name": "x"}
                        schema:
                          $ref: "#/components/schemas/Thing"
                  responses:
                    "200":
                      description: Done.
                      headers:
                        X-Count:
                          required: true
                          schema:
                            type: integer
                      content:
                        application/json:
                          schema:
                            $ref: "#/components/schemas/Thing"
                    "409":
                      description: No.
                      content:
                        application/problem+json:
                          schema:
                            allOf:
                              - $ref: "#/components/schemas/Problem"
                              - properties:
                                  code:
                                    enum: [taken, full]
                    default:
                      $ref: "#/components/responses/AnyRequest"
            components:
              securitySchemes:
                token:
                  type: http
                  scheme: bearer
              responses:
                AnyRequest:
                  description: Any.
                  headers:
                    Allow:
                      schema:
                        type: string
                    Retry-After:
                      schema:
                        type: integer
                  content:
                    application/problem+json:
                      schema:
                        allOf:
                          - $ref: "#/components/schemas/Problem"
                          - oneOf:
                              - properties: {status: {const: 403}, code: {const: forbidden}}
                              - properties: {status: {const: 404}, code: {const: not_found}}
                              - properties: {status: {const: 405}, code: {const: method_not_allowed}}
                              - properties: {status: {const: 429}, code: {const: rate_limited}}
              schemas:
                Thing:
                  type: object
                  required: [name]
                  properties:
                    name:
                      type: string
                Problem:
                  type: object
                  required: [status, code]
                  properties:
                    code:
                      enum: [taken, full, forbidden, not_found, method_not_allowed, rate_limited]
            """;

    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    private final ApiDescription api = ApiDescription.parse(YAML);

    private static HttpExchange put(String target, String body, int status, String type, String answer) {
        return new HttpExchange(
                "PUT",
                target,
                Map.of("content-type", List.of(JSON), "authorization", List.of("Bearer x")),
                body,
                status,
                Map.of("content-type", List.of(type), "x-count", List.of("1")),
                answer);
    }

    private static String problem(int status, String code) {
        return "{\"status\":" + status + ",\"code\":\"" + code + "\"}";
    }

    @Test
    void anExchangeAsDescribedHasNoFault() {
        assertThat(api.faults()).isEmpty();
        assertThat(api.check(put(
                        "/things/7?deep=yes", "{\"name\":\"a\"}", 200, JSON + "; charset=utf-8", "{\"name\":\"b\"}")))
                .isEmpty();
        assertThat(api.check(put("/things/0", "nonsense", 409, PROBLEM, problem(409, "taken"))))
                .as("what was refused need not be as described")
                .isEmpty();
        assertThat(api.check(put("/elsewhere", "", 404, PROBLEM, problem(404, "not_found"))))
                .isEmpty();
    }

    @Test
    void whatIsNotDescribedIsNamedWithWhatToDo() {
        assertThat(api.check(put("/metrics", "", 200, JSON, "{}")))
                .singleElement()
                .asString()
                .startsWith("PUT /metrics → 200: the path is served, but not described: describe it in openapi.yaml");
        assertThat(api.check(new HttpExchange("GET", "/things/1", Map.of(), "", 200, Map.of(), "")))
                .singleElement()
                .asString()
                .contains("the method is served, but not described");
        assertThat(api.check(put("/things/1", "{\"name\":\"a\"}", 202, JSON, "{}")))
                .singleElement()
                .asString()
                .contains("add it to the answers of PUT /things/{id}");
    }

    @Test
    void wrongPartsOfAnExchangeAreNamedAndNotRepeated() {
        assertThat(api.check(put("/things/1", "{\"name\":\"a\"}", 200, JSON, "{\"name\":4711}")))
                .singleElement()
                .asString()
                .contains("/name")
                .doesNotContain("4711");
        assertThat(api.check(put("/things/1", "{}", 200, JSON, "{\"name\":\"b\"}")))
                .singleElement()
                .asString()
                .contains("body of the accepted request");
        assertThat(api.check(put("/things/0?wide=1", "{\"name\":\"a\"}", 200, JSON, "{\"name\":\"b\"}")))
                .hasSize(2);
        assertThat(api.check(put("/things/1", "{\"name\":\"a\"}", 200, "text/plain", "hello")))
                .hasSize(1);
        assertThat(api.check(put("/things/1", "", 409, PROBLEM, problem(409, "not_found"))))
                .as("a code of another status")
                .hasSize(1);
        assertThat(api.check(put("/things/1", "", 409, PROBLEM, problem(410, "full"))))
                .hasSize(1);
        HttpExchange bare = new HttpExchange(
                "PUT",
                "/things/1",
                Map.of("Content-Type", List.of(JSON)),
                "{\"name\":\"a\"}",
                200,
                Map.of("Content-Type", List.of(JSON)),
                "{\"name\":\"b\"}");
        assertThat(api.check(bare)).hasSize(2);
    }

    @Test
    void aWrongMethodIsToldTheRightOnes() {
        Map<String, List<String>> answer = Map.of("Content-Type", List.of(PROBLEM), "Allow", List.of("PUT"));
        HttpExchange right =
                new HttpExchange("GET", "/things/1", Map.of(), "", 405, answer, problem(405, "method_not_allowed"));
        assertThat(api.check(right)).isEmpty();
        assertThat(api.outcome(right)).isEqualTo(new Outcome(Outcome.ANY, 405, "method_not_allowed"));
        HttpExchange wrong = new HttpExchange(
                "GET",
                "/things/1",
                Map.of(),
                "",
                405,
                Map.of("Content-Type", List.of(PROBLEM), "Allow", List.of("PUT, DELETE")),
                problem(405, "method_not_allowed"));
        assertThat(api.check(wrong)).hasSize(1);
    }

    @Test
    void whoIsRefusedBeforeAnyPathIsLookedAtMayHaveAskedForAnything() {
        Map<String, List<String>> origin = Map.of("Origin", List.of("https://page.example"));
        for (String target : List.of("/things/1", "/elsewhere")) {
            Map<String, List<String>> soon = Map.of("Content-Type", List.of(PROBLEM), "Retry-After", List.of("1"));
            Map<String, List<String>> bare = Map.of("Content-Type", List.of(PROBLEM));
            String limited = problem(429, "rate_limited");
            assertThat(api.check(new HttpExchange("GET", target, Map.of(), "", 429, soon, limited)))
                    .isEmpty();
            assertThat(api.check(new HttpExchange("GET", target, Map.of(), "", 429, bare, limited)))
                    .as("without Retry-After")
                    .hasSize(1);
            String forbidden = problem(403, "forbidden");
            assertThat(api.check(new HttpExchange("GET", target, origin, "", 403, bare, forbidden)))
                    .isEmpty();
            assertThat(api.check(new HttpExchange("GET", target, Map.of(), "", 403, bare, forbidden)))
                    .as("not of a page")
                    .hasSize(1);
        }
    }

    @Test
    void aPreflightRequestIsAnsweredWithTheOrigin() {
        Map<String, List<String>> asked =
                Map.of("Origin", List.of("https://page.example"), "Access-Control-Request-Method", List.of("PUT"));
        Map<String, List<String>> right = Map.of("Access-Control-Allow-Origin", List.of("https://page.example"));
        Map<String, List<String>> wrong = Map.of("Access-Control-Allow-Origin", List.of("*"));
        assertThat(api.check(new HttpExchange("OPTIONS", "/things/1", asked, "", 200, right, "")))
                .isEmpty();
        assertThat(api.check(new HttpExchange("OPTIONS", "/things/1", asked, "", 200, wrong, "")))
                .hasSize(1);
        assertThat(api.check(new HttpExchange("OPTIONS", "/things/1", Map.of(), "", 200, right, "")))
                .as("no preflight request")
                .hasSize(1);
    }

    @Test
    void everyOutcomeIsListed() {
        assertThat(api.outcomes())
                .containsExactlyInAnyOrder(
                        new Outcome("PUT /things/{id}", 200, ""),
                        new Outcome("PUT /things/{id}", 409, "taken"),
                        new Outcome("PUT /things/{id}", 409, "full"),
                        new Outcome(Outcome.ANY, 403, "forbidden"),
                        new Outcome(Outcome.ANY, 404, "not_found"),
                        new Outcome(Outcome.ANY, 405, "method_not_allowed"),
                        new Outcome(Outcome.ANY, 429, "rate_limited"));
        assertThat(api.outcome(put("/things/1", "", 409, PROBLEM, problem(409, "full"))))
                .isEqualTo(new Outcome("PUT /things/{id}", 409, "full"));
    }

    @Test
    void theFieldsOfAFormInSeveralPartsAreLookedAt() {
        ApiDescription forms = ApiDescription.parse("""
                openapi: 3.1.0
                info:
                  title: t
                  version: "1"
                paths:
                  /forms:
                    post:
                      requestBody:
                        content:
                          multipart/form-data:
                            schema:
                              type: object
                              required: [name, file]
                              properties:
                                name:
                                  type: string
                                  maxLength: 3
                      responses:
                        "200":
                          description: Done.
                """);
        assertThat(forms.check(form("abc", "file"))).isEmpty();
        assertThat(forms.check(form("abcd", "file"))).singleElement().asString().contains("\"/name\"", "maxLength");
        assertThat(forms.check(form("abc", "other"))).singleElement().asString().contains("required");
    }

    private static HttpExchange form(String name, String second) {
        String body = "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n" + name
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"" + second
                + "\"; filename=\"f\"\r\nContent-Type: image/png\r\n\r\n\ufffdPNG\r\n\r\n--b--\r\n";
        return new HttpExchange(
                "POST",
                "/forms",
                Map.of("Content-Type", List.of("multipart/form-data; boundary=b")),
                body,
                200,
                Map.of(),
                "");
    }

    @Test
    void faultsOfTheFileAreFound() {
        assertThat(ApiDescription.parse(YAML.replace("title: t", "titel: t")).faults())
                .isNotEmpty();
        assertThat(ApiDescription.parse(YAML.replace("schemas/Thing\"", "schemas/Think\""))
                        .faults())
                .isNotEmpty();
        assertThat(ApiDescription.parse(YAML.replace("{\"name\": \"x\"}", "{\"name\": 1}"))
                        .faults())
                .isNotEmpty();
    }
}
