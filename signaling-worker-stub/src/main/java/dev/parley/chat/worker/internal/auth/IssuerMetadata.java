package dev.parley.chat.worker.internal.auth;

import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.ResourceRetriever;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What an issuer publishes of itself. An answer has a limit of size and time, and no redirect is followed: the operator
 * has named the place that is trusted, and an issuer does not choose what else the worker calls in its own network.
 */
final class IssuerMetadata {
    private static final int CONNECT_TIMEOUT_MILLIS = 3_000;
    private static final int READ_TIMEOUT_MILLIS = 3_000;
    private static final int MAX_DOCUMENT_BYTES = 256 * 1024;

    private final ResourceRetriever retriever = new Retriever();
    private final URI issuer;

    IssuerMetadata(URI issuer) {
        this.issuer = issuer;
    }

    /** Fetches what the issuer publishes. */
    ResourceRetriever retriever() {
        return retriever;
    }

    /** Where the issuer says that its keys are. */
    URI jwksUri() throws IOException {
        IOException first = null;
        for (URI place : places(issuer)) {
            String text;
            try {
                text = retriever.retrieveResource(place.toURL()).getContent();
            } catch (IOException e) {
                first = first == null ? e : first;
                continue;
            }
            return jwksUri(text);
        }
        throw Objects.requireNonNull(first);
    }

    /** OpenID Connect Discovery 1.0 section 4 appends to the path; RFC 8414 section 3.1 goes before it. */
    static List<URI> places(URI issuer) {
        String base = issuer.toString();
        String whole = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        String path = Objects.requireNonNullElse(issuer.getRawPath(), "");
        String origin = base.substring(0, base.length() - path.length());
        String inner = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return List.of(
                URI.create(whole + "/.well-known/openid-configuration"),
                URI.create(origin + "/.well-known/oauth-authorization-server" + inner));
    }

    private URI jwksUri(String text) throws IOException {
        URI found;
        try {
            var fields = Json.parseObject(text.getBytes(StandardCharsets.UTF_8), "issuer metadata");
            if (!Json.text(fields, "issuer").equals(issuer.toString())) {
                throw new IOException("the metadata is that of another issuer");
            }
            found = new URI(Json.text(fields, "jwks_uri"));
        } catch (Problem | URISyntaxException e) {
            throw new IOException("the metadata of the issuer is malformed", e);
        }
        if (!sameOrigin(found)) {
            requirePublic(found);
        }
        return found;
    }

    private boolean sameOrigin(URI url) {
        return issuer.getScheme().equalsIgnoreCase(url.getScheme())
                && issuer.getHost().equalsIgnoreCase(url.getHost())
                && issuer.getPort() == url.getPort();
    }

    /** Another place than the issuer's own must not be one that only the worker can reach. */
    private static void requirePublic(URI url) throws IOException {
        if (!"https".equalsIgnoreCase(url.getScheme()) || url.getHost() == null) {
            throw new IOException("the keys of the issuer are at another place, which is not https");
        }
        for (InetAddress address : InetAddress.getAllByName(url.getHost())) {
            if (!isPublic(address)) {
                throw new IOException("the keys of the issuer are at another place, in a private network:"
                        + " if that is meant, configure it as the JWKS URL");
            }
        }
    }

    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
        boolean sharedSpace = bytes.length == 4 && (bytes[0] & 0xff) == 100 && (bytes[1] & 0xc0) == 64;
        return !(address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()
                || uniqueLocal
                || sharedSpace);
    }

    private static final class Retriever extends DefaultResourceRetriever {
        Retriever() {
            super(CONNECT_TIMEOUT_MILLIS, READ_TIMEOUT_MILLIS, MAX_DOCUMENT_BYTES);
        }

        @Override
        protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
            if (!url.getProtocol().toLowerCase(Locale.ROOT).startsWith("http")) {
                throw new IOException("not an http or https URL");
            }
            HttpURLConnection connection = super.openHTTPConnection(url);
            connection.setInstanceFollowRedirects(false);
            return connection;
        }
    }
}
