package dev.parley.chat.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A server in a process of its own, which says on a line {@code port N} that it listens. */
final class ServerProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader out;
    private final Writer in;
    private final int port;

    ServerProcess(List<String> command, Path folder) throws IOException {
        process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        in = new OutputStreamWriter(process.getOutputStream(), UTF_8);
        port = (int) figure("port");
    }

    int port() {
        return port;
    }

    /** Asks for memory in use after a collection, in bytes. */
    long heapBytes() throws IOException {
        in.write("heap\n");
        in.flush();
        return figure("heap");
    }

    private long figure(String name) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(name + " ")) {
                return Long.parseLong(line.substring(name.length() + 1).strip());
            }
        }
        throw new IOException("the server has ended; see its output above");
    }

    /** Resident memory, as Linux counts it, in bytes. */
    long residentBytes() throws IOException {
        return status("VmRSS:") * 1024;
    }

    /** Processor time used so far, in nanoseconds. */
    long cpuNanos() {
        return process.info().totalCpuDuration().orElseThrow().toNanos();
    }

    private long status(String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("this system does not tell " + field);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
