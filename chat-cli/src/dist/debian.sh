# Makes the Debian package; a part of "build", which has set the variables.

package=$work/package
architecture=$(dpkg --print-architecture)
# A snapshot is older than its release.
debian_version=${version/-SNAPSHOT/\~SNAPSHOT}

mkdir -p "$package"/{DEBIAN,usr/bin,usr/lib,usr/share/doc/parley}
cp -a "$tree" "$package/usr/lib/parley"
ln -s ../lib/parley/bin/parley "$package/usr/bin/parley"
cp -a "$package/usr/lib/parley/share/." "$package/usr/share"
rm -r "$package/usr/lib/parley/share"
gzip -n -9 "$package"/usr/share/man/man1/*.1
cp "$here/copyright" "$package/usr/share/doc/parley"

# What the libraries of the packed Java are linked with on this system, and what the WebRTC library needs.
depends=
while IFS= read -r library; do
    found=$(dpkg -S "*/$machine-linux-gnu/$library" | sed 's/:.*//' | sort -u)
    for dependency in $found; do
        installed=$(dpkg-query -W -f '${Version}' "$dependency:$architecture")
        depends="$depends$dependency (>= ${installed%-*}), "
    done
done < <(find "$tree/runtime" -type f \( -name '*.so' -o -name java \) -exec ldd {} + \
    | sed -nE 's|^\s*(\S+) => /(usr/)?lib/.*|\1|p' | sort -u)
for pair in $native_libraries; do
    depends="$depends${pair#*=}, "
done
[[ $depends == *libc6* ]] || fail 1 'the libraries that the packed Java needs cannot be told'
depends=$(tr ',' '\n' <<<"$depends" | sed 's/^ *//' | grep . | sort -u | paste -s -d , | sed 's/,/, /g')

cat >"$package/DEBIAN/control" <<CONTROL
Package: parley
Version: $debian_version
Architecture: $architecture
Maintainer: The Parley project <maintainers@parley.invalid>
Installed-Size: $(du -sk --apparent-size "$package/usr" | cut -f 1)
Depends: $depends
Section: net
Priority: optional
Description: peer-to-peer, end-to-end encrypted chat rooms
 A host opens a room; others join with an invite link. Messages go from peer to
 peer over WebRTC data channels. The signaling worker that introduces peers to
 each other, which cannot read what they say, is part of the command.
 .
 The package holds the Java that it runs on.
CONTROL
cat >"$package/DEBIAN/postinst" <<'POSTINST'
#!/bin/sh
set -e
# The first start prepares the later ones: also when dpkg takes back what prerm prepared for, and in place of what a
# start amid the unpacking has made. It is a help, never a condition; why there is no start is on the standard error.
rm -f /usr/lib/parley/lib/classes.made
/usr/bin/parley --version >/dev/null || true
POSTINST
cat >"$package/DEBIAN/prerm" <<'PRERM'
#!/bin/sh
set -e
# Running programs keep the archive that they have open. Numbers are those of starts that were killed.
rm -f /usr/lib/parley/lib/classes.jsa /usr/lib/parley/lib/classes.made /usr/lib/parley/lib/classes.[0-9]*
PRERM
chmod 755 "$package"/DEBIAN/p*
(cd "$package" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
settle "$package"
dpkg-deb --root-owner-group -Zxz -z1 -b "$package" "$out/parley_${debian_version}_$architecture.deb" >&2
