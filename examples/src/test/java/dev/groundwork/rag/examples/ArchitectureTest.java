package dev.groundwork.rag.examples;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The direction of the modules, and what no library of ours does. */
class ArchitectureTest {

    private static final String ROOT = "dev.groundwork.rag";
    private static final List<String> SIBLINGS = List.of("lucene", "llm", "observability");

    private static final DescribedPredicate<JavaClass> RAG_API = describe(
            "of rag-api",
            type -> in(ROOT, type)
                    && SIBLINGS.stream().noneMatch(sibling -> in(ROOT + "." + sibling, type))
                    && !in(ROOT + ".examples", type));

    private static final SliceAssignment PACKAGES = new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    };

    private static JavaClasses libraries;

    @BeforeAll
    static void readTheLibraries() {
        libraries = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("/examples/"))
                .importPackages(ROOT);
    }

    @Test
    void seesTheClassesOfEveryModuleAndNoneOfTheExamples() {
        assertThat(libraries.stream().filter(RAG_API)).as("rag-api").isNotEmpty();
        for (String sibling : SIBLINGS) {
            assertThat(libraries.stream().filter(type -> in(ROOT + "." + sibling, type)))
                    .as(sibling)
                    .isNotEmpty();
        }
        assertThat(libraries.stream().filter(type -> in(ROOT + ".examples", type)))
                .isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> siblingsNeverKnowEachOther() {
        return SIBLINGS.stream()
                .map(sibling -> DynamicTest.dynamicTest(sibling, () -> {
                    String[] others = SIBLINGS.stream()
                            .filter(other -> !other.equals(sibling))
                            .map(other -> ROOT + "." + other + "..")
                            .toArray(String[]::new);
                    noClasses()
                            .that(resideInAPackage(ROOT + "." + sibling + ".."))
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(others)
                            .check(libraries);
                }));
    }

    @Test
    void ragApiKnowsNoModuleThatStandsOnIt() {
        noClasses()
                .that(RAG_API)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SIBLINGS.stream()
                        .map(sibling -> ROOT + "." + sibling + "..")
                        .toArray(String[]::new))
                .check(libraries);
    }

    @Test
    void ragApiKnowsNoEngineAndNoBackend() {
        noClasses()
                .that(RAG_API)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.lucene..",
                        "ai.onnxruntime..",
                        "dev.failsafe..",
                        "io.micrometer..",
                        "io.prometheus..",
                        "io.opentelemetry..")
                .check(libraries);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(PACKAGES).should().beFreeOfCycles().check(libraries);
    }

    @Test
    void noLibraryWritesToTheConsole() {
        noClasses()
                .that(resideInAPackage(ROOT + ".."))
                .should(ACCESS_STANDARD_STREAMS)
                .check(libraries);
    }

    @Test
    void noLibrarySleeps() {
        noClasses()
                .that(resideInAPackage(ROOT + ".."))
                .should()
                .callMethodWhere(describe(
                        "it is Thread.sleep",
                        call -> call.getTargetOwner().isEquivalentTo(Thread.class)
                                && call.getTarget().getName().equals("sleep")))
                .check(libraries);
    }

    private static boolean in(String packageName, JavaClass type) {
        return type.getPackageName().equals(packageName)
                || type.getPackageName().startsWith(packageName + ".");
    }
}
