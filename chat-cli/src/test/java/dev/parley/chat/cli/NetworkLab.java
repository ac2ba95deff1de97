package dev.parley.chat.cli;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Three hosts, each in a network namespace of its own, and a router between them in a fourth, which is where packets
 * get lost. Needs Linux, {@code ip} (Debian: iproute2) and root.
 *
 * <pre>
 *   worker 10.77.1.2 ──── 10.77.1.1 ┌────────┐ 10.77.2.1 ──── 10.77.2.2 host
 *          127.77.0.1               │ router │
 *                                   └────────┘ 10.77.3.1 ──── 10.77.3.2 guest
 * </pre>
 *
 * <p>The worker is reached at an address of loopback that is routed like any other, since clients speak plain http to
 * such addresses only.
 */
final class NetworkLab implements AutoCloseable {

    /** Where the worker can listen, and all others reach it. */
    static final String WORKER_ADDRESS = "127.77.0.1";

    private static final long COMMAND_SECONDS = 10;

    /** A host of the lab; its subnet is 10.77.(its number).0/24. */
    enum Place {
        WORKER(1),
        HOST(2),
        GUEST(3);

        private final int number;

        Place(int number) {
            this.number = number;
        }

        private String subnet() {
            return "10.77." + number + ".0/24";
        }

        private String routerAddress() {
            return "10.77." + number + ".1";
        }

        private String address(int last) {
            return "10.77." + number + "." + last;
        }

        private String routerPort() {
            return "to" + number;
        }
    }

    private final String prefix = "parley-" + ProcessHandle.current().pid() + "-";
    private final String router = prefix + "router";
    private final List<String> namespaces = new ArrayList<>();
    private final Map<Place, Integer> lastOctet = new EnumMap<>(Place.class);

    private NetworkLab() {}

    /**
     * Builds the lab.
     *
     * @throws IOException if it cannot be had here, with the reason
     */
    static NetworkLab build() throws IOException {
        NetworkLab lab = new NetworkLab();
        try {
            lab.buildAll();
            return lab;
        } catch (IOException | RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    /**
     * Builds the lab, or skips the test aloud where it cannot be had and {@code -Dparley.netns=required} does not ask
     * for it.
     */
    static NetworkLab buildOrSkip() throws IOException {
        try {
            return build();
        } catch (IOException e) {
            if ("required".equals(System.getProperty("parley.netns"))) {
                throw e;
            }
            System.err.println("""

                    ***************************************************************************
                    *  NOT TESTED: networks that fail, since there are no network namespaces   *
                    *  here. They need Linux, root, and on Debian: apt-get install iproute2    *
                    ***************************************************************************
                    """);
            return abort("no network namespaces: " + e.getMessage());
        }
    }

    private void buildAll() throws IOException {
        addNamespace(router);
        allow(router, "ip_forward");
        for (Place place : Place.values()) {
            String namespace = namespace(place);
            addNamespace(namespace);
            ip(
                    "-n",
                    router,
                    "link",
                    "add",
                    place.routerPort(),
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth0",
                    "netns",
                    namespace);
            ip("-n", router, "address", "add", place.routerAddress() + "/24", "dev", place.routerPort());
            ip("-n", router, "link", "set", place.routerPort(), "up");
            ip("-n", namespace, "link", "set", "eth0", "up");
            address(place, 2);
        }
        for (String namespace : namespaces) {
            if (!namespace.equals(namespace(Place.WORKER))) {
                ip("-n", namespace, "route", "delete", "local", "127.0.0.0/8", "dev", "lo", "table", "local");
            }
        }
        routeToWorker();
    }

    private void addNamespace(String name) throws IOException {
        ip("netns", "add", name);
        namespaces.add(name);
        ip("-n", name, "link", "set", "lo", "up");
        allow(name, "conf/all/route_localnet");
    }

    private static void allow(String namespace, String setting) throws IOException {
        ip("netns", "exec", namespace, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/" + setting);
    }

    private void address(Place place, int last) throws IOException {
        ip("-n", namespace(place), "address", "add", place.address(last) + "/24", "dev", "eth0");
        ip("-n", namespace(place), "route", "replace", "default", "via", place.routerAddress());
        lastOctet.put(place, last);
    }

    private void routeToWorker() throws IOException {
        ip("-n", router, "route", "replace", WORKER_ADDRESS + "/32", "via", Place.WORKER.address(2));
    }

    private String namespace(Place place) {
        return prefix + place.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Returns the program that starts another in a place, and becomes it. */
    List<String> in(Place place) {
        return List.of("ip", "netns", "exec", namespace(place));
    }

    /** Pulls the cable of a place at the router's end: both ends see that there is no carrier. */
    void pullCable(Place place) throws IOException {
        ip("-n", router, "link", "set", place.routerPort(), "down");
    }

    /** Plugs it in again. */
    void plugCable(Place place) throws IOException {
        ip("-n", router, "link", "set", place.routerPort(), "up");
        if (place == Place.WORKER) {
            routeToWorker();
        }
    }

    /** Takes a place's address away and gives it another one of its subnet. Not for the worker. */
    void changeAddress(Place place) throws IOException {
        int next = lastOctet.getOrDefault(place, 2) + 1;
        ip("-n", namespace(place), "address", "flush", "dev", "eth0");
        address(place, next);
    }

    /** Loses every packet from one place to another, and says nothing; the other way all goes on. */
    void loseOneWay(Place from, Place to) throws IOException {
        ip("-n", router, "rule", "add", "from", from.subnet(), "to", to.subnet(), "blackhole");
    }

    /** Ends {@link #loseOneWay}. */
    void loseNoMore(Place from, Place to) throws IOException {
        ip("-n", router, "rule", "delete", "from", from.subnet(), "to", to.subnet(), "blackhole");
    }

    /** Drops every packet from and to a place, as a firewall does that says nothing. */
    void raiseFirewall(Place place) throws IOException {
        firewall("add", place);
    }

    /** Ends {@link #raiseFirewall}. */
    void lowerFirewall(Place place) throws IOException {
        firewall("delete", place);
    }

    private void firewall(String action, Place place) throws IOException {
        ip("-n", router, "rule", action, "iif", place.routerPort(), "blackhole");
        ip("-n", router, "rule", action, "to", place.subnet(), "blackhole");
        if (place == Place.WORKER) {
            ip("-n", router, "rule", action, "to", WORKER_ADDRESS + "/32", "blackhole");
        }
    }

    /** Takes the lab down. The processes in it have to be gone. */
    @Override
    public void close() {
        for (String namespace : namespaces) {
            try {
                ip("netns", "delete", namespace);
            } catch (IOException e) {
                System.err.println("a network namespace of the tests was left behind: " + e.getMessage());
            }
        }
        namespaces.clear();
    }

    private static void ip(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.replace('\n', ' '));
        }
    }
}
