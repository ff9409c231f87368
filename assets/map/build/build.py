"""Builds the base map of backhaul: `python3 assets/map/build/build.py`, by hand, when the sources change.

Writes far.bin, middle.bin, near.bin and towns.bin beside this folder. What they hold and where it comes
from is told in ../README.md. Plain Python 3.11, no packages.
"""

import math
import sys

sys.dont_write_bytecode = True

import routes  # noqa: E402
import sources  # noqa: E402


OUT = sources.ROOT / "assets" / "map"
MILES_A_DEGREE = 69.0

# name, tolerance in miles, largest extent of one line in degrees
LEVELS = [("far", 6.0, 12.0), ("middle", 1.5, 4.0), ("near", 0.15, 1.5)]
# Above this there are few roads and very many islands.
ARCTIC, ARCTIC_FACTOR = 60.0, 3.0


def plane(lat, lon):
    return lon * math.cos(math.radians(lat)) * MILES_A_DEGREE, lat * MILES_A_DEGREE


def off(point, start, end):
    """Miles from a point to a straight piece."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / length))
    return math.hypot(x - x1 - share * dx, y - y1 - share * dy)


def simplified(line, tolerance):
    """Douglas and Peucker: the fewest of its points that stay within the tolerance."""
    flat = [plane(*point) for point in line]
    keep = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        worst, at = tolerance, None
        for middle in range(first + 1, last):
            miles = off(flat[middle], flat[first], flat[last])
            if miles > worst:
                worst, at = miles, middle
        if at is None and first == 0 and last == len(line) - 1 and line[0] == line[-1]:
            # A ring has no two ends to measure from.
            at = max(range(len(line)), key=lambda n: math.dist(flat[n], flat[0]))
            if math.dist(flat[at], flat[0]) <= tolerance:
                at = None
        if at is not None and first < at < last:
            keep.add(at)
            todo += [(first, at), (at, last)]
    return [line[number] for number in sorted(keep)]


def size(line):
    lats, lons = [p[0] for p in line], [p[1] for p in line]
    wide = (max(lons) - min(lons)) * math.cos(math.radians(lats[0]))
    return max(max(lats) - min(lats), wide) * MILES_A_DEGREE


def at_level(lines, tolerance):
    """The lines as they are worth drawing at that tolerance."""
    for line in lines:
        allowed = tolerance * (ARCTIC_FACTOR if line[0][0] > ARCTIC else 1.0)
        if line[0] == line[-1] and size(line) < 3 * allowed:
            continue
        short = simplified(line, allowed)
        if len(short) > 1:
            yield short


def cut(line, extent):
    """Pieces that a screen can leave out by their bounds; each begins where the last ended."""
    piece = [line[0]]
    for point in line[1:]:
        grown = piece + [point]
        lats, lons = [p[0] for p in grown], [p[1] for p in grown]
        if len(piece) > 1 and max(max(lats) - min(lats), max(lons) - min(lons)) > extent:
            yield piece
            piece = [piece[-1]]
        piece.append(point)
    yield piece


def lakes(shore, known):
    """Of us-atlas' outer lines what is a shore of the Great Lakes: neither sea coast nor national border."""
    grid = {}
    for line in known:
        for (lat1, lon1), (lat2, lon2) in zip(line, line[1:]):
            steps = max(1, int(math.dist((lat1, lon1), (lat2, lon2)) / 0.02))
            for step in range(steps + 1):
                lat, lon = lat1 + (lat2 - lat1) * step / steps, lon1 + (lon2 - lon1) * step / steps
                grid[(round(lat * 20), round(lon * 20))] = True

    def free(lat, lon):
        if not (41.0 < lat < 49.0 and -93.0 < lon < -75.5):
            return False
        row, column = round(lat * 20), round(lon * 20)
        return not any((row + a, column + b) in grid for a in (-1, 0, 1) for b in (-1, 0, 1))

    for line in shore:
        part = []
        for point in line + [None]:
            if point is not None and free(*point):
                part.append(point)
                continue
            if len(part) > 3:
                yield part
            part = []


class Writer:
    """Numbers as LEB128, signed ones zigzag, coordinates in thousandths of a degree from the one before."""

    def __init__(self):
        self.bytes = bytearray()
        self.last = (0, 0)

    def number(self, value):
        while value > 127:
            self.bytes.append(value & 127 | 128)
            value >>= 7
        self.bytes.append(value)

    def signed(self, value):
        self.number(value << 1 if value >= 0 else (-value << 1) - 1)

    def text(self, text):
        raw = text.encode()
        self.number(len(raw))
        self.bytes += raw

    def point(self, lat, lon):
        here = (round(lat * 1000), round(lon * 1000))
        self.signed(here[0] - self.last[0])
        self.signed(here[1] - self.last[1])
        self.last = here

    def save(self, name):
        (OUT / name).write_bytes(self.bytes)
        print(f"{name}: {len(self.bytes)} bytes")


def write_level(name, tolerance, extent, layers, roads):
    out = Writer()
    names = sorted({road for road, _ in roads})
    out.number(len(names))
    for road in names:
        out.text(road)
    for lines in layers:
        pieces = [piece for line in at_level(lines, tolerance) for piece in cut(line, extent)]
        out.number(len(pieces))
        for piece in pieces:
            out.number(len(piece))
            for point in piece:
                out.point(*point)
    # Our roads have few points, and those that two routes share are how they join.
    pieces = []
    for road, line in roads:
        short = line if name == "near" else simplified(line, tolerance)
        pieces += [(names.index(road), piece) for piece in cut(short, extent)]
    out.number(len(pieces))
    for number, piece in pieces:
        out.number(number)
        out.number(len(piece))
        for point in piece:
            out.point(*point)
    out.save(f"{name}.bin")


def chosen(places, used):
    """The towns worth a name: the big ones, and of the small ones those that have no bigger one near."""
    grid, kept = {}, []
    for place in sorted(places, key=lambda place: (-place[5], place[0], place[3])):
        name, state, country, lat, lon, population, kind = place
        big = {"US": 5000, "CA": 3000, "MX": 20000}[country]
        apart = 5.0 if country != "MX" else 9.0
        x, y = plane(lat, lon)
        cell = (int(lat * 5), int(lon * 5))
        near = (other for a in (-1, 0, 1) for b in (-1, 0, 1)
                for other in grid.get((cell[0] + a, cell[1] + b), []))
        crowded = any(math.dist((x, y), other) < apart for other in near)
        if population >= big or (name, lat, lon) in used or not crowded:
            kept.append(place)
            grid.setdefault(cell, []).append((x, y))
    return kept


def write_towns(towns):
    out = Writer()
    states = sorted({(country, state) for _, state, country, *_ in towns})
    out.number(len(states))
    for country, state in states:
        out.text(country)
        out.text(state)
    out.number(len(towns))
    for name, state, country, lat, lon, population, _ in towns:
        out.number(states.index((country, state)))
        out.number(population)
        out.last = (0, 0)
        out.point(lat, lon)
        out.text(name)
    out.save("towns.bin")


def main():
    places = sources.places()
    roads, used = routes.resolved(OUT / "routes.txt", places)
    if "--routes" in sys.argv:
        return
    coast, border, state, shore = sources.land_and_states()
    layers = [coast + list(lakes(shore, coast + border)), border, state]
    for name, tolerance, extent in LEVELS:
        write_level(name, tolerance, extent, layers, roads)
    towns = chosen(places, used)
    print(f"{len(towns)} towns, {len(roads)} roads")
    write_towns(towns)


main()
