package dev.parley.chat.emotes.internal;

import dev.parley.chat.emotes.EmoteProviderFactory;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Objects;
import java.util.jar.JarFile;

/**
 * The classes of one jar with providers in it. They see the program's classes first and then their own, never those of
 * another jar.
 */
final class PluginJar extends URLClassLoader {
    private static final String SERVICES = "META-INF/services/" + EmoteProviderFactory.class.getName();

    private PluginJar(Path jar) throws IOException {
        super(
                String.valueOf(jar.getFileName()),
                new URL[] {jar.toUri().toURL()},
                EmoteProviderFactory.class.getClassLoader());
    }

    /**
     * Opens a jar.
     *
     * @throws IOException if it is none, or names no provider; the message says so
     */
    static PluginJar open(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            if (file.getEntry(SERVICES) == null) {
                throw new IOException("names no emote provider: it has no " + SERVICES);
            }
        }
        return new PluginJar(jar);
    }

    /** The providers of the program are found without this; they are not this jar's. */
    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return name.equals(SERVICES) ? findResources(name) : super.getResources(name);
    }

    /** Whether a provider is of this jar, and not of a module that the program has. */
    boolean holds(Class<?> provider) {
        return Objects.equals(provider.getClassLoader(), this);
    }
}
