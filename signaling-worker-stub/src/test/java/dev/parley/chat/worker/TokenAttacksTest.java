package dev.parley.chat.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.parley.chat.worker.Client.Answer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Forged, foreign and misused access tokens, each against a running worker that trusts two issuers. */
@TestInstance(Lifecycle.PER_CLASS)
class TokenAttacksTest {
    private final ManualClock clock = new ManualClock();
    private final RSAKey key = TestIssuer.rsa("k");
    private final RSAKey otherKey = TestIssuer.rsa("o");
    private final RSAKey strangersKey = TestIssuer.rsa("k");
    private final TestIssuer issuer = TestIssuer.publishing(key.toPublicJWK());
    private final TestIssuer otherIssuer = TestIssuer.publishing(otherKey.toPublicJWK());

    /** Where a forged token would like the worker to look for a key. */
    private final TestIssuer stranger = TestIssuer.publishing(strangersKey.toPublicJWK());

    private SignalingWorker worker = start();
    private Client client = new Client(worker.url());

    private SignalingWorker start() {
        return SignalingWorker.start(WorkerConfig.builder()
                .clock(clock)
                .issuer(issuer.trusted())
                .issuer(otherIssuer.trusted())
                .build());
    }

    @BeforeAll
    void theWorkerKnowsTheKeys() {
        assertTaken();
        assertThat(client.get(
                                "/v1/rooms",
                                TestIssuer.sign(
                                        otherKey,
                                        otherIssuer
                                                .claims("alice", clock.instant())
                                                .build()))
                        .status())
                .isEqualTo(200);
    }

    @BeforeEach
    @AfterEach
    void assertTaken() {
        assertThat(client.get("/v1/rooms", good()).status())
                .as("a good token is taken, before and after")
                .isEqualTo(200);
    }

    @AfterAll
    void stop() {
        worker.close();
        issuer.close();
        otherIssuer.close();
        stranger.close();
    }

    private JWTClaimsSet.Builder claims() {
        return issuer.claims("alice", clock.instant());
    }

    private String good() {
        return TestIssuer.sign(key, claims().build());
    }

    private static JWSHeader.Builder header() {
        return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k");
    }

    private String forged(JWSHeader.Builder header) throws Exception {
        return TestIssuer.sign(header.build(), claims().build(), new RSASSASigner(strangersKey));
    }

    private void assertRefused(String token) {
        Answer answer = client.get("/v1/rooms", token);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("unauthorized");
        assertThat(answer.header("WWW-Authenticate"))
                .isEqualTo("Bearer resource_metadata=\"" + worker.url() + "/.well-known/oauth-protected-resource\"");
        assertThat(answer.body().toString()).doesNotContain("eyJ");
    }

    @Test
    void anUnsignedTokenIsRefused() {
        assertRefused(new PlainJWT(claims().build()).serialize());
    }

    @Test
    void aTokenWhoseSignatureWasTakenOffIsRefused() {
        String token = good();
        assertRefused(token.substring(0, token.lastIndexOf('.') + 1));
    }

    @Test
    void aTokenSignedWithThePublicKeyAsASharedSecretIsRefused() throws Exception {
        for (byte[] secret : List.of(
                key.toRSAPublicKey().getEncoded(),
                key.toPublicJWK().toJSONString().getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
            assertRefused(TestIssuer.sign(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k").build(),
                    claims().build(),
                    new MACSigner(secret)));
        }
    }

    @Test
    void aTokenForAnotherAudienceIsRefused() {
        assertRefused(TestIssuer.sign(key, claims().audience("other").build()));
        assertRefused(TestIssuer.sign(key, claims().audience("parley ").build()));
    }

    @Test
    void aTokenOfAnUnknownIssuerIsRefused() {
        assertRefused(TestIssuer.sign(key, claims().issuer(stranger.url()).build()));
        assertRefused(TestIssuer.sign(key, claims().issuer(issuer.url() + "/").build()));
        assertThat(stranger.asked()).as("nobody is asked for its keys").isZero();
    }

    @Test
    void aTokenOfOneIssuerSignedByTheOtherIsRefused() throws Exception {
        assertRefused(TestIssuer.sign(otherKey, claims().build()));
        // Under the other's key id, and under its own.
        assertRefused(TestIssuer.sign(header().build(), claims().build(), new RSASSASigner(otherKey)));
    }

    @Test
    void aTokenWithoutAnIssuerIsRefused() {
        assertRefused(TestIssuer.sign(key, claims().issuer(null).build()));
    }

    @Test
    void aTokenWithoutAnAudienceIsRefused() {
        assertRefused(TestIssuer.sign(key, claims().audience((String) null).build()));
    }

    @Test
    void aTokenWithoutASubjectIsRefused() {
        assertRefused(TestIssuer.sign(key, claims().subject(null).build()));
        assertRefused(TestIssuer.sign(key, claims().subject("").build()));
        assertRefused(TestIssuer.sign(key, claims().subject("x".repeat(256)).build()));
    }

    @Test
    void aTokenWithoutAnEndIsRefused() {
        assertRefused(TestIssuer.sign(key, claims().expirationTime(null).build()));
    }

    @Test
    void anExpiredTokenIsRefused() {
        assertRefused(TestIssuer.sign(
                key,
                claims().expirationTime(Date.from(clock.instant().minusSeconds(31)))
                        .build()));
    }

    @Test
    void aTokenOfTheFutureIsRefused() {
        assertRefused(TestIssuer.sign(
                key,
                claims().notBeforeTime(Date.from(clock.instant().plusSeconds(31)))
                        .build()));
    }

    @Test
    void aKeyThatATokenBringsAlongIsNotUsed() throws Exception {
        assertRefused(forged(header().jwk(strangersKey.toPublicJWK())));
        assertRefused(forged(new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(strangersKey.toPublicJWK())));
    }

    @Test
    void aPlaceOfKeysThatATokenNamesIsNotAsked() throws Exception {
        assertRefused(forged(header().jwkURL(URI.create(stranger.url() + TestIssuer.KEYS))));
        assertThat(stranger.asked()).isZero();
    }

    @Test
    void aCertificateThatATokenBringsAlongOrNamesIsNotUsed() throws Exception {
        assertRefused(forged(header().x509CertChain(List.of(new Base64("MIIB")))));
        assertRefused(forged(header().x509CertURL(URI.create(stranger.url() + "/certificate"))));
        assertThat(stranger.asked()).isZero();
    }

    @Test
    void aTokenWithACriticalHeaderThatIsNotUnderstoodIsRefused() throws Exception {
        JWSHeader header =
                header().criticalParams(Set.of("exp")).customParam("exp", 1).build();
        assertRefused(TestIssuer.sign(header, claims().build(), new RSASSASigner(key)));
    }

    @Test
    void aTokenWithAnotherPayloadThanTheSignedOneIsRefused() {
        String[] signed = good().split("\\.", -1);
        String[] other =
                TestIssuer.sign(key, claims().subject("mallory").build()).split("\\.", -1);
        assertRefused(signed[0] + "." + other[1] + "." + signed[2]);
    }

    @Test
    void aTokenWithABitOfItsSignatureChangedIsRefused() {
        String token = good();
        int at = token.lastIndexOf('.') + 10;
        assertRefused(token.substring(0, at) + (token.charAt(at) == 'A' ? 'B' : 'A') + token.substring(at + 1));
    }

    @Test
    void aTokenOfAnotherAlgorithmIsRefusedEvenIfItsKeyIsTheIssuers() throws Exception {
        for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.RS512, JWSAlgorithm.PS256)) {
            assertRefused(TestIssuer.sign(
                    new JWSHeader.Builder(algorithm).keyID("k").build(), claims().build(), new RSASSASigner(key)));
        }
    }

    @Test
    void aTokenOfAnotherTypeIsRefused() throws Exception {
        for (String type : List.of("parley-room+jwt", "parley-owner+jwt", "parley-guest+jwt", "logout+jwt")) {
            assertRefused(TestIssuer.sign(
                    header().type(new JOSEObjectType(type)).build(), claims().build(), new RSASSASigner(key)));
        }
    }

    @Test
    void tokensWithUnknownKeyIdsAreRefusedWithoutAskingTheIssuerEachTime() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertRefused(forged(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("unknown-" + i)));
        }
        assertThat(issuer.asked(TestIssuer.KEYS)).isLessThanOrEqualTo(3);
    }

    @Test
    void aTokenWithoutAKeyIdIsHeldAgainstTheIssuersKeysOnly() throws Exception {
        assertRefused(forged(new JWSHeader.Builder(JWSAlgorithm.RS256)));
    }

    @Test
    void anEmptyTokenIsRefused() {
        for (String header : List.of("Bearer", "Bearer ", "Bearer .", "Bearer ..", "Basic YTpi", "")) {
            HttpRequest request = HttpRequest.newBuilder(worker.url().resolve("/v1/rooms"))
                    .header("Authorization", header)
                    .build();
            assertThat(client.send(request).status()).as(header).isEqualTo(401);
        }
    }

    @Test
    void aHugeTokenIsRefused() {
        // Longer than is looked at, though it would fit the headers; then longer than those.
        assertRefused(TestIssuer.sign(
                key, claims().claim("padding", "x".repeat(8 * 1024)).build()));
        assertThat(client.get("/v1/rooms", "x".repeat(20_000)).status()).isEqualTo(431);
    }

    @Test
    void twoTokensAreNoToken() {
        HttpRequest request = HttpRequest.newBuilder(worker.url().resolve("/v1/rooms"))
                .header("Authorization", "Bearer " + good())
                .header("Authorization", "Bearer " + good())
                .build();
        assertThat(client.send(request).status()).isEqualTo(401);
        assertRefused(good() + ", Bearer " + good());
    }

    @Test
    void aTokenInTheQueryOrTheBodyIsNoToken() {
        assertThat(client.get("/v1/rooms?access_token=" + good(), "").status()).isEqualTo(401);
        HttpRequest form = HttpRequest.newBuilder(worker.url().resolve("/v1/rooms"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("access_token=" + good()))
                .build();
        assertThat(client.send(form).status()).isEqualTo(401);
    }

    @Test
    void aKeySetIsNotAKeyWhereATokenNamesTheWholeOfIt() throws Exception {
        // A token that carries a whole set as its key, as a custom header.
        assertRefused(forged(header().customParam("jwks", new JWKSet(strangersKey.toPublicJWK()).toJSONObject())));
    }
}
