package dev.parley.chat.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The full-screen client as people have it: four terminals, real processes, WebRTC and a worker.
 * {@code -Dparley.session.write=true} writes what is seen to docs/session.md.
 */
class ClientTmuxTest extends ProcessTest {
    private static final int COLUMNS = 90;
    private static final int ROWS = 26;
    private static final List<String> PEOPLE = List.of("Ada", "Grace", "Alan", "Joan");
    private static final Pattern CODE = Pattern.compile("[0-9]+-[a-z]+-[a-z]+");
    private static final Pattern NUMBER = Pattern.compile("([0-9]{5} ){3,}[0-9]{5}");
    private static final Pattern LISTED_VERIFIED = Pattern.compile("> (Ada|Grace) +(host +)?verified");
    private static final Path SESSION = Path.of("..", "docs", "session.md");

    private final StringBuilder session = new StringBuilder();
    private Tmux tmux;
    private ChildProcess worker;
    private String url;
    private String link = "";
    private String shortCode = "";

    @BeforeEach
    void startWorker() throws Exception {
        boolean isRequired =
                "required".equals(System.getProperty("parley.tmux")) || Boolean.parseBoolean(System.getenv("CI"));
        if (Tmux.program().isEmpty() && !isRequired) {
            System.err.println("""

                    ***************************************************************************
                    *  NOT TESTED: the full-screen client, since there is no tmux here.        *
                    *  On Debian: apt-get install tmux                                         *
                    ***************************************************************************
                    """);
            assumeTrue(false, "no tmux");
        }
        tmux = new Tmux(folder);
        worker = start("worker", "serve", "--port", "0");
        url = url(worker);
    }

    @AfterEach
    void closeTerminals() {
        if (tmux != null) {
            tmux.close();
        }
    }

    /** Opens a terminal, and starts the command in its shell. */
    private void begin(String name, String... arguments) throws Exception {
        tmux.open(name, COLUMNS, ROWS);
        tmux.type(name, "echo what stood here before");
        tmux.type(name, "stty -a >" + name + ".before");
        run(name, "PARLEY_IDENTITY_PROTECTION=file-permissions PARLEY_NAME=" + name, arguments);
    }

    /** Starts the command in the shell of a terminal. */
    private void run(String name, String settings, String... arguments) throws Exception {
        Path script = folder.resolve(name + ".sh");
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dparley.terminal=true",
                "-Dparley.screen=true",
                "-Dparley.client=true",
                "-Dparley.out.fd=3"));
        if (QuickStart.FLAGS.isEmpty()) {
            command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
        } else {
            command.addAll(QuickStart.FLAGS);
        }
        command.add(ParleyMain.class.getName());
        command.addAll(List.of(arguments));
        // As the launcher does it.
        Files.writeString(
                script,
                "export PARLEY_HOME='" + folder.resolve(name) + "' PARLEY_SIGNALING_URL=" + url + " " + settings + "\n"
                        + "exec "
                        + command.stream().map(part -> "'" + part + "'").collect(Collectors.joining(" "))
                        + " 3>&1 1>/dev/null\n");
        tmux.type(name, "sh " + script);
    }

    @Test
    void whoComesFirstIsAskedForANameAndAPassphraseThatIsNotShown() throws Exception {
        String secret = "correct horse battery staple";
        tmux.open("Ada", COLUMNS, ROWS);
        run("Ada", "", "create", "Tea room");
        tmux.await("Ada", "What shall others call you?");
        tmux.type("Ada", "Ada L.");
        tmux.await("Ada", "New passphrase:");
        tmux.type("Ada", secret);
        tmux.await("Ada", "again");
        tmux.type("Ada", secret);
        assertThat(tmux.await("Ada", "Whoever has this link")).doesNotContain("horse");
        tmux.keys("Ada", "Escape");
        tmux.await("Ada", "Ada L. (you)");
        tmux.keys("Ada", "C-c", "C-c");
        assertThat(tmux.await(
                        "Ada", "the shell", screen -> screen.stripTrailing().endsWith("$")))
                .doesNotContain("horse", "Exception");

        run("Ada", "", "create", "Tea room");
        tmux.await("Ada", "Passphrase of your identity:");
        tmux.type("Ada", secret);
        tmux.await("Ada", "Whoever has this link");
        tmux.keys("Ada", "Escape");
        tmux.await("Ada", "Ada L. (you)");
    }

    private void record(String caption, String name) throws Exception {
        session.append("## ")
                .append(caption)
                .append("\n\n```text\n")
                .append(tmux.screen(name))
                .append("```\n\n");
    }

    @Test
    void fourMeetTalkSeeTheTruthAndGetTheirTerminalsBack() throws Exception {
        begin("Ada", "create", "Tea room", "--public");
        Matcher code = CODE.matcher(
                tmux.await("Ada", "a code", screen -> CODE.matcher(screen).find()));
        assertThat(code.find()).isTrue();
        shortCode = code.group();
        record("A room, and how others come in", "Ada");
        tmux.write("Ada", "c");
        link = Awaitility.await("the link in the clipboard")
                .atMost(TIME)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(tmux::clipboard, text -> text.startsWith(url));
        tmux.keys("Ada", "Escape");
        tmux.await("Ada", "connected, nobody else is here");
        meet();
        talk();
        stopAndGoOn();
        verifyEachOther();
        scrollAndResize();
        loseTheWorker();
        giveTheTerminalsBack();
        if (Boolean.getBoolean("parley.session.write")) {
            Files.writeString(
                    SESSION,
                    "# A session\n\nFour people in a room, as the full-screen client shows it in a terminal of "
                            + COLUMNS + " columns. Made by `ClientTmuxTest` with `-Dparley.session.write=true`.\n\n"
                            + session.toString().stripTrailing() + "\n");
        }
    }

    /** One by the list of rooms, one by a link, one by a short code. */
    private void meet() throws Exception {
        begin("Grace");
        tmux.await("Grace", screen -> screen.contains("Tea room") && screen.contains("1/64"));
        record("Public rooms", "Grace");
        tmux.keys("Grace", "Down", "Enter");
        tmux.await("Grace", "2 here · public");
        tmux.await("Ada", "Grace is here");

        begin("Alan", "join", link);
        tmux.await("Alan", "3 here · public");

        begin("Joan", "join", shortCode);
        tmux.await("Joan", "4 here · public");
    }

    private void talk() throws Exception {
        tmux.type("Ada", "Tea is ready. Who comes?");
        tmux.await("Grace", "Tea is ready. Who comes?");
        tmux.await("Alan", "Tea is ready. Who comes?");

        // An answer to what is selected.
        tmux.keys("Grace", "Up");
        tmux.await("Grace", "▌ Tea is ready");
        tmux.write("Grace", "r");
        tmux.await("Grace", "Answering Ada");
        tmux.type("Grace", "dear Ada, I do");
        tmux.await("Ada", screen -> screen.contains("╭ Ada: Tea is ready") && screen.contains("dear Ada, I do"));

        // An emoji is completed.
        tmux.write("Alan", "on my way :rocket");
        tmux.await("Alan", "🚀");
        record("An emote is offered", "Alan");
        tmux.keys("Alan", "Tab", "Enter");
        tmux.await("Grace", "on my way 🚀");

        // An emoji is picked.
        tmux.keys("Joan", "F3");
        tmux.await("Joan", "Search:");
        tmux.write("Joan", "cooki");
        tmux.await("Joan", "🍪");
        record("An emote is picked", "Joan");
        tmux.keys("Joan", "Enter");
        tmux.await("Joan", screen -> screen.contains("> 🍪") && !screen.contains("Search:"));
        tmux.keys("Joan", "Enter");
        tmux.await("Ada", screen -> screen.contains("Joan ") && screen.contains("🍪"));

        // A reaction by a key.
        tmux.keys("Ada", "Up", "Up");
        tmux.await("Ada", "▌ on my way");
        tmux.write("Ada", "1");
        for (String name : PEOPLE) {
            tmux.await(name, "👍 1");
        }

        // Others see that one writes.
        tmux.write("Grace", "and I bring ca");
        tmux.await("Ada", "Grace is typing");
        record("They talk, and one writes", "Ada");
        tmux.type("Grace", "ke");
        tmux.await("Ada", "and I bring cake");
    }

    private void stopAndGoOn() throws Exception {
        tmux.keys("Grace", "C-z");
        tmux.await("Grace", "the shell", screen -> screen.contains("Stopped") && screen.contains("stood here before"));
        assertThat(tmux.isOtherScreen("Grace")).isFalse();
        tmux.type("Grace", "fg");
        tmux.await("Grace", screen -> screen.contains("and I bring cake") && screen.contains("connected"));
        assertThat(tmux.takesMouse("Grace")).isTrue();
        tmux.type("Grace", "here I am again");
        tmux.await("Ada", "here I am again");
    }

    /** Compares what both see, as people do by voice. */
    private void verifyEachOther() throws Exception {
        tmux.type("Ada", "/verify Grace");
        tmux.type("Grace", "/verify Ada");
        String hers = tmux.await("Ada", "a number", text -> NUMBER.matcher(text).find());
        String others =
                tmux.await("Grace", "a number", text -> NUMBER.matcher(text).find());
        record("What Ada and Grace compare", "Ada");
        assertThat(number(hers)).isEqualTo(number(others));
        for (String name : List.of("Ada", "Grace")) {
            assertThat(tmux.screen(name)).contains("not verified");
            tmux.write(name, "c");
            tmux.await(name, screen -> LISTED_VERIFIED.matcher(screen).find());
            tmux.keys(name, "Escape");
            tmux.await(name, screen -> !screen.contains("Esc closes"));
        }
    }

    private static String number(String screen) {
        Matcher number = NUMBER.matcher(screen);
        assertThat(number.find()).isTrue();
        return number.group();
    }

    private void scrollAndResize() throws Exception {
        for (int i = 1; i <= 40; i++) {
            tmux.type("Grace", "line number " + i);
        }
        tmux.await("Alan", "line number 40");
        tmux.keys("Alan", "PageUp");
        tmux.await("Alan", "more below, End");
        tmux.keys("Alan", "PageUp", "PageUp", "PageUp");
        tmux.await("Alan", "Tea is ready");
        tmux.type("Ada", "a new one");
        tmux.await("Alan", screen -> screen.contains("1 new below, End") && screen.contains("Tea is ready"));
        // The form that tmux has for it is another than that of xterm.
        tmux.keys("Alan", "End");
        tmux.await("Alan", screen -> screen.contains("a new one") && !screen.contains("below, End"));

        tmux.resize("Ada", 40, ROWS);
        tmux.await(
                "Ada",
                screen -> screen.contains("a new one")
                        && !screen.contains("● Grace")
                        && screen.lines().allMatch(line -> line.length() <= 40));
        record("The same in 40 columns", "Ada");
        tmux.resize("Ada", COLUMNS, ROWS);
        tmux.await("Ada", screen -> screen.contains("● Grace") && screen.contains("a new one"));
    }

    private void loseTheWorker() throws Exception {
        worker.close();
        for (String name : PEOPLE) {
            tmux.await(name, "the worker is away");
        }
        tmux.type("Grace", "still here");
        tmux.await("Alan", "still here");
        record("The worker is gone, the room is not", "Alan");
        start("worker", "serve", "--port", portOf(url)).await("listening again", TIME, is("listening"));
        for (String name : PEOPLE) {
            tmux.await(name, screen -> screen.contains("connected") && !screen.contains("the worker is away"));
        }
    }

    private void giveTheTerminalsBack() throws Exception {
        assertThat(tmux.isOtherScreen("Grace")).isTrue();
        assertThat(tmux.takesMouse("Grace")).isTrue();
        tmux.keys("Grace", "C-c");
        tmux.await("Grace", "Ctrl-C again leaves the room and ends");
        tmux.keys("Grace", "C-c");
        assertRestored("Grace");
        tmux.await("Ada", "Grace has left");

        assertThat(tmux.program("Alan").destroy()).as("SIGTERM").isTrue();
        assertRestored("Alan");
        tmux.await("Ada", "Alan has left");

        tmux.type("Joan", "/leave");
        tmux.await("Joan", "Ctrl-N new room");
        tmux.await("Ada", "Joan has left");
        tmux.await("Joan", screen -> screen.contains("Tea room") && screen.contains("/64"));
        tmux.keys("Joan", "Down", "Enter");
        tmux.await("Joan", screen -> screen.contains("Ada is here") && screen.contains("still here"));
        long joan = tmux.program("Joan").pid();
        assertThat(new ProcessBuilder("sh", "-c", "kill -INT " + joan).start().waitFor())
                .isZero();
        assertRestored("Joan");

        tmux.type("Ada", "/quit");
        assertRestored("Ada");
    }

    /** The shell is back, with its screen and its settings of the terminal. */
    private void assertRestored(String name) throws Exception {
        tmux.await(
                name,
                "the shell",
                screen -> screen.contains("what stood here before")
                        && screen.stripTrailing().endsWith("$")
                        && !screen.contains("connected"));
        tmux.type(name, "stty -a >" + name + ".after; echo all is we''ll");
        String screen = tmux.await(name, "all is well");
        assertThat(screen).doesNotContain("Exception", "parley:");
        assertThat(settings(name + ".after")).isEqualTo(settings(name + ".before"));
        assertThat(tmux.isOtherScreen(name)).isFalse();
        assertThat(tmux.takesMouse(name)).isFalse();
    }

    /** As stty tells them; but the number of the line discipline, which JLine does not keep and Linux does not take. */
    private String settings(String file) throws IOException {
        return Files.readString(folder.resolve(file)).replaceFirst("line = [0-9]+;", "");
    }
}
