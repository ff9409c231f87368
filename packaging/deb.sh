#!/bin/sh
# Builds a Debian package with nothing but dpkg-deb:
#
#   packaging/deb.sh                    the program is built first (cargo build --release --locked)
#   packaging/deb.sh BINARY [FOLDER]    of a program that is there, into FOLDER (else target/debian)
#
# Prints the name of the package. The man page and the completions are the program's own. COMPRESS says how
# it is packed (xz), SOURCE_DATE_EPOCH of when its files are.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -eq 0 ]; then
    cargo build --release --locked --manifest-path "$top/Cargo.toml"
    set -- "${CARGO_TARGET_DIR:-$top/target}/release/backhaul"
fi
program=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
mkdir -p "${2:-$top/target/debian}"
into=$(cd "${2:-$top/target/debian}" && pwd)
version=$("$program" --version | cut -d ' ' -f 2)
architecture=$(dpkg --print-architecture)
# The C library of where this is built: with an older one the program may not start.
libc=$(getconf GNU_LIBC_VERSION | cut -d " " -f 2)

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
umask 022
chmod 755 "$tree"

put() { # put MODE SOURCE DESTINATION
    mkdir -p "$tree/$(dirname "$3")"
    install -m "$1" "$2" "$tree/$3"
}
made() { # made DESTINATION, from what is on stdin
    mkdir -p "$tree/$(dirname "$1")"
    cat >"$tree/$1"
    chmod 644 "$tree/$1"
}

put 755 "$program" usr/bin/backhaul
"$program" man | gzip -9n | made usr/share/man/man1/backhaul.1.gz
"$program" completions bash | made usr/share/bash-completion/completions/backhaul
"$program" completions zsh | made usr/share/zsh/vendor-completions/_backhaul
"$program" completions fish | made usr/share/fish/vendor_completions.d/backhaul.fish
put 644 "$top/config.example.toml" usr/share/doc/backhaul/examples/config.toml
for page in "$top"/docs/*.md; do
    put 644 "$page" "usr/share/doc/backhaul/$(basename "$page")"
done
{
    printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'
    printf 'Upstream-Name: backhaul\n\nFiles: *\nCopyright: the backhaul authors\nLicense: MIT or Apache-2.0\n'
    for license in MIT Apache-2.0; do
        printf '\nLicense: %s\n' "$license"
        # A blank line inside a field is a dot.
        sed -e 's/^[[:space:]]*$/./' -e 's/^/ /' "$top/LICENSE-$(echo "$license" | sed 's/-2.0//' | tr '[:lower:]' '[:upper:]')"
    done
} | made usr/share/doc/backhaul/copyright
if [ -e "$top/assets/systemd/backhaul.service" ]; then
    put 644 "$top/assets/systemd/backhaul.service" usr/lib/systemd/system/backhaul.service
fi

size=$(du -sk "$tree" | cut -f 1)
mkdir "$tree/DEBIAN"
cat >"$tree/DEBIAN/control" <<CONTROL
Package: backhaul
Version: $version
Architecture: $architecture
Maintainer: the backhaul authors <backhaul@localhost>
Section: net
Priority: optional
Installed-Size: $size
Depends: libc6 (>= $libc), libgcc-s1, ca-certificates, passwd
Description: the dispatcher's terminal
 A trucking fleet's ELDs and TMS on one screen made for SSH: where every truck
 is, how many hours each driver has left, where each load stands.
CONTROL
for script in postinst prerm postrm; do
    install -m 755 "$top/packaging/debian/$script" "$tree/DEBIAN/$script"
done

find "$tree" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" {} +
package="$into/backhaul_${version}_$architecture.deb"
dpkg-deb --root-owner-group -Z"${COMPRESS:-xz}" --build "$tree" "$package" >&2
echo "$package"
