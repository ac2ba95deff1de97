package dev.parley.chat.openapi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request and its answer, as they travelled.
 *
 * @param target path and query of the request
 * @param requestHeaders by name, of any case
 * @param requestBody empty if there was none
 * @param answerHeaders by name, of any case
 * @param answerBody empty if there was none
 */
public record HttpExchange(
        String method,
        String target,
        Map<String, List<String>> requestHeaders,
        String requestBody,
        int status,
        Map<String, List<String>> answerHeaders,
        String answerBody) {

    public HttpExchange {
        requestHeaders = ofAnyCase(requestHeaders);
        answerHeaders = ofAnyCase(answerHeaders);
    }

    private static Map<String, List<String>> ofAnyCase(Map<String, List<String>> headers) {
        Map<String, List<String>> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(headers);
        return sorted;
    }

    Optional<String> requestHeader(String name) {
        return requestHeaders.getOrDefault(name, List.of()).stream().findFirst();
    }

    Optional<String> answerHeader(String name) {
        return answerHeaders.getOrDefault(name, List.of()).stream().findFirst();
    }

    String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    String query() {
        int query = target.indexOf('?');
        return query < 0 ? "" : target.substring(query + 1);
    }

    /** Names an exchange in a failure: no body, no header. */
    String label() {
        return method + " " + path() + " → " + status;
    }
}
