package dev.parley.chat;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of docs that a compiler does not know. */
final class ArchitectureTest {

    private static final JavaClasses CORE = new ClassFileImporter().importPath(ModuleExportsTest.mainClasses());

    private static final String[] EXPORTED = {
        "dev.parley.chat", "dev.parley.chat.crypto", "dev.parley.chat.store", "dev.parley.chat.transport"
    };

    /** What decides, and touches nothing. */
    private static final String[] PURE = {"dev.parley.chat.internal.protocol..", "dev.parley.chat.internal.timeline.."};

    /** Each is a way to the clock, to threads, to randomness or to the world outside. */
    private static final Set<String> WORLD_CLASSES = Set.of(
            "java.time.Clock",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.Timer",
            "java.security.SecureRandom",
            "java.lang.Thread",
            "java.lang.ProcessHandle",
            "java.lang.Runtime");

    @Test
    void theClassesWereFound() {
        assertThat(CORE.contain(ChatException.class)).isTrue();
        assertThat(CORE.size()).isGreaterThan(20);
    }

    @Test
    void theProtocolTakesTimeRandomnessAndBytesAsArguments() {
        DescribedPredicate<JavaClass> world = resideInAnyPackage(
                        "java.io..",
                        "java.net..",
                        "java.nio.channels..",
                        "java.nio.file..",
                        "java.util.concurrent..",
                        "java.util.random..",
                        "java.sql..",
                        "javax.sql..",
                        "org.sqlite..",
                        "okhttp3..",
                        "dev.onvoid..")
                .or(describe("clock, thread or random source", type -> WORLD_CLASSES.contains(type.getFullName())));
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .dependOnClassesThat(world)
                .allowEmptyShould(true)
                .check(CORE);
    }

    /** Group state that was stored could be restored, and then two messages be sealed under one key. */
    @Test
    void theStateOfAGroupIsNeverStored() {
        noClasses()
                .that()
                .resideInAPackage("dev.parley.chat.store..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.parley.chat.internal.mls.."))
                .check(CORE);
        noClasses()
                .that()
                .resideInAPackage("dev.parley.chat.internal.mls..")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                                "java.nio.file..", "java.nio.channels..", "java.sql..", "dev.parley.chat.store..")
                        .or(describe(
                                "files and serialised objects",
                                type -> type.getFullName().startsWith("java.io.File")
                                        || type.getFullName().startsWith("java.io.Object"))))
                .check(CORE);
    }

    @Test
    void theProtocolReadsNoClock() {
        noClasses()
                .that()
                .resideInAnyPackage(PURE)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .callMethod(Math.class, "random")
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void thePublicApiShowsNothingInternal() {
        classes()
                .that()
                .resideInAnyPackage(EXPORTED)
                .and()
                .arePublic()
                .should(showNothingInternal())
                .check(CORE);
    }

    @Test
    void internalPackagesDoNotGoInCircles() {
        slices().matching("dev.parley.chat.internal.(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void onlyTheTransportTouchesTheNativeLibrary() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.parley.chat.internal.webrtc..", "dev.parley.chat.transport")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.onvoid.."))
                .check(CORE);
    }

    @Test
    void onlyTheStoreTouchesTheDatabase() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.parley.chat.store")
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite.."))
                .check(CORE);
    }

    /** Making a key of a passphrase takes tenths of a second and much memory: never on a room's loop. */
    @Test
    void onlyTheIdentityThatIsKeptAsksForThePriceOfAPassphrase() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.parley.chat.crypto.IdentityText")
                .and(describe(
                        "are not Argon2id itself",
                        type -> !type.getFullName().startsWith("dev.parley.chat.internal.crypto.Argon2id")))
                .should()
                .dependOnClassesThat(describe(
                        "Argon2id", type -> type.getFullName().equals("dev.parley.chat.internal.crypto.Argon2id")))
                .check(CORE);
        noClasses()
                .that()
                .resideInAnyPackage("dev.parley.chat", "dev.parley.chat.internal..")
                .should()
                .dependOnClassesThat(describe(
                        "an identity's protection",
                        type -> type.getFullName().startsWith("dev.parley.chat.crypto.Identity")
                                && !type.getSimpleName().equals("Identity")))
                .check(CORE);
    }

    @Test
    void nothingIsPrinted() {
        noClasses().should(ACCESS_STANDARD_STREAMS).check(CORE);
    }

    @Test
    void loggersArePrivateStaticFinal() {
        fields().that()
                .haveRawType("org.slf4j.Logger")
                .should()
                .bePrivate()
                .andShould()
                .beStatic()
                .andShould()
                .beFinal()
                .check(CORE);
    }

    private static ArchCondition<JavaClass> showNothingInternal() {
        return new ArchCondition<>("show no internal type in supertypes, public methods and fields") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                Stream.concat(
                                Stream.of(type.getSuperclass().stream(), type.getInterfaces().stream())
                                        .flatMap(s -> s),
                                signatures(type))
                        .flatMap(shown -> shown.getAllInvolvedRawTypes().stream())
                        .filter(shown -> shown.getPackageName().startsWith("dev.parley.chat.internal"))
                        .forEach(shown -> events.add(SimpleConditionEvent.violated(
                                type, type.getFullName() + " shows " + shown.getFullName())));
            }
        };
    }

    private static Stream<JavaType> signatures(JavaClass type) {
        Stream<JavaType> ofMethods = type.getCodeUnits().stream()
                .filter(unit -> isShown(unit.getModifiers()))
                .flatMap(ArchitectureTest::signature);
        Stream<JavaType> ofFields = type.getFields().stream()
                .filter(field -> isShown(field.getModifiers()))
                .map(JavaField::getType);
        return Stream.concat(ofMethods, ofFields);
    }

    private static Stream<JavaType> signature(JavaCodeUnit unit) {
        return Stream.of(
                        Stream.of(unit.getReturnType()),
                        unit.getParameterTypes().stream(),
                        unit.getTypeParameters().stream(),
                        unit.getExceptionTypes().stream())
                .flatMap(types -> types);
    }

    private static boolean isShown(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }
}
