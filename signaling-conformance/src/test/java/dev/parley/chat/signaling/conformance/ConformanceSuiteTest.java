package dev.parley.chat.signaling.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.chat.signaling.conformance.CaseResult.Outcome;
import dev.parley.chat.worker.SignalingWorker;
import dev.parley.chat.worker.WorkerConfig;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ConformanceSuiteTest {
    private static final Pattern ACCESS_TOKEN = Pattern.compile("\"access_token\":\"([^\"]+)\"");
    private static final Pattern ROOM_ID = Pattern.compile("\"roomId\":\"([a-z2-7]{32})\"");

    private final MovableClock clock = new MovableClock();

    private SignalingWorker worker() {
        return SignalingWorker.start(WorkerConfig.builder()
                .clock(clock)
                .iceServer("stun:stun.example.org")
                .iceServer("turn:turn.example.org")
                .turnSecret("north")
                .anonymousGuests(true)
                .build());
    }

    private static void assertPassed(Report report, int cases) {
        assertThat(report.results()).hasSize(cases);
        assertThat(report.results())
                .filteredOn(result -> result.outcome() != Outcome.PASSED)
                .extracting(result -> result.of().name() + ": " + result.detail())
                .isEmpty();
        assertThat(report.isConformant()).isTrue();
    }

    @Test
    void ourWorkerPassesEveryCaseTheSlowOnesInVirtualTime() throws Exception {
        try (SignalingWorker worker = worker()) {
            List<CaseResult> told = new ArrayList<>();
            Report report = ConformanceSuite.run(
                    Target.builder(worker.url()).slow(true).pause(clock::pass).build(), told::add);

            assertPassed(report, ConformanceSuite.cases().size());
            assertThat(told).isEqualTo(report.results());
        }
    }

    @Test
    void noRoomIsLeftBehindAndTheWorkersRateIsKept() throws Exception {
        Set<String> made = ConcurrentHashMap.newKeySet();
        AtomicInteger limited = new AtomicInteger();
        AtomicLong now = new AtomicLong(System.currentTimeMillis());
        try (BreakingProxy proxy = new BreakingProxy();
                SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                        .clock(() -> Instant.ofEpochMilli(now.get()))
                        .requestRate(1000, 60)
                        .build())) {
            proxy.leadTo(worker.url());
            proxy.breakBy(new Fault() {
                @Override
                public Answered answer(Asked asked, Answered answered) {
                    Matcher id = ROOM_ID.matcher(answered.body());
                    if (asked.is("POST /v1/rooms") && answered.status() == 201 && id.find()) {
                        made.add(id.group(1));
                    }
                    if (answered.body().contains("requests a second")) {
                        // Time stands still but for this: the next request of the account is in its rate again.
                        limited.incrementAndGet();
                        now.addAndGet(1000);
                    }
                    return answered;
                }
            });
            Report report = ConformanceSuite.run(Target.builder(proxy.url()).build(), result -> {});

            assertThat(report.results())
                    .filteredOn(result -> result.outcome() == Outcome.FAILED)
                    .extracting(result -> result.of().name() + ": " + result.detail())
                    .isEmpty();
            assertThat(limited)
                    .as("this worker allows so little that the suite runs into it")
                    .hasPositiveValue();
            assertThat(made).hasSizeGreaterThan(60);
            String token = token(proxy.url(), "looker");
            for (String room : made) {
                now.addAndGet(1000);
                assertThat(status(proxy.url().resolve("/v1/rooms/" + room), token))
                        .isEqualTo(404);
            }
        }
    }

    @Test
    void aWorkerWithoutEmojiIsNotTriedForThem() throws Exception {
        try (SignalingWorker worker =
                SignalingWorker.start(WorkerConfig.builder().customEmoji(false).build())) {
            Report report = ConformanceSuite.run(
                    Target.builder(worker.url()).only("emoji").build(), result -> {});
            assertThat(report.results())
                    .isNotEmpty()
                    .allSatisfy(result -> assertThat(result.outcome()).isEqualTo(Outcome.SKIPPED));
            assertThat(report.isConformant()).isTrue();
        }
    }

    private static String token(URI base, String account) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/dev/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials&client_id=" + account))
                .build();
        Matcher token = ACCESS_TOKEN.matcher(HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body());
        assertThat(token.find()).isTrue();
        return token.group(1);
    }

    private static int status(URI url, String token) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + token);
        return connection.getResponseCode();
    }

    @Test
    void withTokensThatAreGivenNoLimitOfAnAccountIsUsedUp() throws Exception {
        try (SignalingWorker worker = worker()) {
            Report report = ConformanceSuite.run(
                    Target.builder(worker.url())
                            .token(token(worker.url(), "ada"))
                            .token(token(worker.url(), "ben"))
                            .build(),
                    result -> {});
            assertThat(report.results())
                    .filteredOn(result -> result.outcome() == Outcome.FAILED)
                    .isEmpty();
            assertThat(report.isConformant()).isTrue();
            assertThat(report.results())
                    .filteredOn(result ->
                            result.outcome() == Outcome.SKIPPED && !result.of().isSlow())
                    .extracting(result -> result.of().name())
                    .containsExactlyInAnyOrder(
                            "an account has at most 64 rooms",
                            "an account has at most 8 numbers, those at rest included",
                            "an account looks up at most 10 numbers in a minute",
                            "a number is found at most 20 times");
        }
    }

    @Test
    void slowCasesAreSkippedUnlessAskedForAndSayHowLongTheyTake() throws Exception {
        try (SignalingWorker worker = worker()) {
            Report report = ConformanceSuite.run(
                    Target.builder(worker.url()).only("FREE AFTER 30 S").build(), result -> {});
            assertThat(report.results()).singleElement().satisfies(result -> {
                assertThat(result.outcome()).isEqualTo(Outcome.SKIPPED);
                assertThat(result.detail()).isEqualTo("lets 30 s pass; runs when slow cases are asked for");
            });
        }
    }

    @Test
    void nothingThatAnswersIsNoReport() throws Exception {
        assertThatThrownBy(() -> ConformanceSuite.run(
                        Target.builder(URI.create("http://127.0.0.1:1")).build(), result -> {}))
                .isInstanceOf(IOException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> Target.builder(URI.create("ftp://worker.example")));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Target.builder(URI.create("http://worker.example")).token(" "));
        try (SignalingWorker worker = worker()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ConformanceSuite.run(
                            Target.builder(worker.url()).only("no such case").build(), result -> {}));
            assertThat(ConformanceSuite.missing(Target.builder(worker.url()).build()))
                    .isEmpty();
        }
        try (SignalingWorker worker = SignalingWorker.start(WorkerConfig.builder()
                .issuer(URI.create("https://issuer.example.org"), "parley")
                .build())) {
            assertThat(ConformanceSuite.missing(
                            Target.builder(worker.url()).token("one").build()))
                    .isPresent();
        }
    }

    @Test
    void eachCaseHasANameOfItsOwnAndASectionThatExists() throws IOException {
        List<ConformanceCase> cases = ConformanceSuite.cases();
        assertThat(cases).extracting(ConformanceCase::name).doesNotHaveDuplicates();
        String document = Files.readString(Path.of("..", "docs", "signaling.md"));
        assertThat(cases)
                .extracting(ConformanceCase::section)
                .allSatisfy(section -> assertThat(document).contains("\n## " + section + "\n"));
    }

    @Test
    void theModuleExportsItsApiAndNothingElse() {
        ModuleDescriptor descriptor =
                Objects.requireNonNull(ConformanceSuite.class.getModule().getDescriptor());
        assertThat(descriptor.exports())
                .extracting(ModuleDescriptor.Exports::toString)
                .containsExactly("dev.parley.chat.signaling.conformance");
    }
}
