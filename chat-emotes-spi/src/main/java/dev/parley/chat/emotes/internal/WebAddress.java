package dev.parley.chat.emotes.internal;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/** Which addresses may be named at all. Where they lead to is checked again when they are fetched. */
public final class WebAddress {
    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern IPV4_LOOPBACK = Pattern.compile("127(?:\\." + OCTET + "){3}");

    private WebAddress() {}

    /**
     * Whether an address is an absolute URL without credentials, in https, or in http on a loopback host.
     *
     * @param url the address
     * @return whether it may be named
     */
    public static boolean isFetchable(URI url) {
        String scheme = url.getScheme();
        String host = url.getHost();
        if (scheme == null || host == null || url.getRawUserInfo() != null) {
            return false;
        }
        return scheme.equalsIgnoreCase("https") || (scheme.equalsIgnoreCase("http") && isLoopbackHost(host));
    }

    /** Whether a host, as written in a URL or without its brackets, can only be this machine. */
    static boolean isLoopbackHost(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.equals("[::1]")
                || name.equals("::1")
                || IPV4_LOOPBACK.matcher(name).matches();
    }

    /** Whether a host is an IPv4 address in its one usual form: four decimal numbers without leading zeros. */
    static boolean isIpv4(String host) {
        return IPV4.matcher(host).matches();
    }
}
