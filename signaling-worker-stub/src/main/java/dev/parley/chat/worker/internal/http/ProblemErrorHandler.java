package dev.parley.chat.worker.internal.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.http.Observer.Fact;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Gives the errors that Jetty finds by itself (bad requests, a stop in progress) the form of all others. */
public final class ProblemErrorHandler implements Request.Handler {
    static final String MEDIA_TYPE = "application/problem+json";

    static ObjectNode document(Problem problem) {
        return document(problem.code(), problem.code().status(), problem.detail());
    }

    private static ObjectNode document(ProblemCode code, int status, String detail) {
        return Json.object()
                .put("type", "about:blank")
                .put("title", code.title())
                .put("status", status)
                .put("code", code.wireName())
                .put("detail", detail);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        HttpFields.Mutable headers = response.getHeaders();
        if (codeOf(status) == ProblemCode.UNAVAILABLE) {
            headers.put(HttpHeader.RETRY_AFTER, "1");
        }
        Fact.CODE.set(request, codeOf(status).wireName());
        byte[] body = describe(status, headers);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    private static byte[] describe(int status, HttpFields.Mutable headers) {
        headers.put(HttpHeader.CONTENT_TYPE, MEDIA_TYPE);
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        ProblemCode code = codeOf(status);
        byte[] body = Json.write(document(
                code, status, code == ProblemCode.INTERNAL ? "a defect of the worker" : "refused by the server"));
        headers.put(HttpHeader.CONTENT_LENGTH, body.length);
        return body;
    }

    private static ProblemCode codeOf(int status) {
        return switch (status) {
            case 403 -> ProblemCode.FORBIDDEN;
            case 404 -> ProblemCode.NOT_FOUND;
            case 413, 414, 431 -> ProblemCode.TOO_LARGE;
            case 503 -> ProblemCode.UNAVAILABLE;
            default -> status < 500 ? ProblemCode.INVALID_REQUEST : ProblemCode.INTERNAL;
        };
    }
}
