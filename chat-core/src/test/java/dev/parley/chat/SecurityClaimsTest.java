package dev.parley.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Claims of docs/security.md and docs/attacks.md name the tests that hold them. A test that is renamed or removed takes
 * its claim along, or this fails.
 */
class SecurityClaimsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** {@code SomeTest.someMethod} or {@code SomeTest} in code quotes. */
    private static final Pattern NAME = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");

    /** A method alone in code quotes belongs to a test class that the section names. */
    private static final Pattern METHOD_ALONE = Pattern.compile("`([a-z]\\w*[A-Z]\\w*)`");

    /** A method, or a class of tests within one. */
    private static final Pattern METHOD = Pattern.compile("(?:void|class) (\\w+)");

    @Test
    void everyTestThatTheDocumentsNameExists() throws IOException {
        Map<String, Set<String>> tests = tests();
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (String document : List.of("security.md", "attacks.md")) {
            Matcher matcher = NAME.matcher(read(document));
            while (matcher.find()) {
                named++;
                Set<String> methods = tests.get(matcher.group(1));
                if (methods == null || (matcher.group(2) != null && !methods.contains(matcher.group(2)))) {
                    missing.add(document + ": " + matcher.group());
                }
            }
        }
        assertThat(missing).as("tests that are named but not there").isEmpty();
        assertThat(named).as("the documents were understood").isGreaterThan(60);
    }

    @Test
    void everyAttackOfTheTablesNamesItsTest() throws IOException {
        Set<String> methods = new HashSet<>();
        tests().values().forEach(methods::addAll);
        List<String> missing = new ArrayList<>();
        int rows = 0;
        for (String row : rows(read("attacks.md"), "attack")) {
            rows++;
            String test = lastCell(row);
            Matcher matcher = METHOD_ALONE.matcher(test);
            boolean found = NAME.matcher(test).find();
            while (matcher.find()) {
                found = true;
                if (!methods.contains(matcher.group(1))) {
                    missing.add(matcher.group());
                }
            }
            if (!found) {
                missing.add(row);
            }
        }
        assertThat(missing).as("attacks without their test").isEmpty();
        assertThat(rows).as("the document was understood").isGreaterThan(40);
    }

    @Test
    void everyClaimOfTheTablesNamesItsTest() throws IOException {
        List<String> claims = new ArrayList<>(rows(read("security.md"), "it cannot"));
        claims.addAll(rows(read("security.md"), "claim"));
        assertThat(claims).as("the document was understood").hasSizeGreaterThan(30);
        assertThat(claims)
                .as("claims without a test")
                .allMatch(row -> NAME.matcher(lastCell(row)).find());
    }

    /** The rows of all tables whose head begins with a word. */
    private static List<String> rows(String document, String head) {
        List<String> rows = new ArrayList<>();
        boolean inTable = false;
        for (String line : document.lines().toList()) {
            if (!line.startsWith("|")) {
                inTable = false;
            } else if (line.startsWith("| " + head + " |")) {
                inTable = true;
            } else if (inTable && !line.startsWith("|---")) {
                rows.add(line);
            }
        }
        return rows;
    }

    private static String lastCell(String row) {
        String[] cells = row.split("\\|", -1);
        return cells[cells.length - 2];
    }

    private static String read(String document) throws IOException {
        return Files.readString(ROOT.resolve("docs").resolve(document));
    }

    /** The methods of each test class of all modules. */
    private static Map<String, Set<String>> tests() throws IOException {
        Map<String, Set<String>> tests = new HashMap<>();
        List<Path> modules;
        try (Stream<Path> folders = Files.list(ROOT)) {
            modules = folders.map(folder -> folder.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList();
        }
        for (Path module : modules) {
            try (Stream<Path> files = Files.walk(module)) {
                for (Path file : files.filter(file -> file.toString().endsWith("Test.java"))
                        .toList()) {
                    Matcher matcher = METHOD.matcher(Files.readString(file));
                    Set<String> methods = tests.computeIfAbsent(
                            file.getFileName().toString().replace(".java", ""), name -> new HashSet<>());
                    while (matcher.find()) {
                        methods.add(matcher.group(1));
                    }
                }
            }
        }
        return tests;
    }
}
