"""Reads routes.txt, our own list of roads, and finds the coordinates of its towns in the places table."""

import math
from collections import defaultdict

# A town further than this from the one before it is rather another of that name, or a hole in our list.
FAR_MI = 95.0


def miles(a, b):
    x = (b[1] - a[1]) * math.cos(math.radians((a[0] + b[0]) / 2))
    return math.hypot(b[0] - a[0], x) * 69.0


def resolved(path, places):
    """The roads as [(name, [(lat, lon)])], and the (name, lat, lon) of every town that was used."""
    by_name = defaultdict(list)
    for name, state, country, lat, lon, population, _ in places:
        by_name[(name.lower(), state or country)].append((population, lat, lon, name))
    roads, used, wrong = [], set(), []
    for road, stops in parsed(path):
        line = []
        for state, name, point in stops:
            if point is None:
                found = by_name.get((name.lower(), state))
                if not found:
                    wrong.append(f"{road}: no {name} in {state}")
                    continue
                if line:
                    _, lat, lon, name = min(found, key=lambda place: miles(line[-1], place[1:3]))
                else:
                    _, lat, lon, name = max(found)
                used.add((name, lat, lon))
                point = (lat, lon)
            if line and miles(line[-1], point) > FAR_MI:
                wrong.append(f"{road}: {name} {state} is {miles(line[-1], point):.0f} mi from the one before")
            if not line or line[-1] != point:
                line.append(point)
        if len(line) > 1:
            roads.append((road, line))
    if wrong:
        raise SystemExit("\n".join(wrong))
    return roads, used


def parsed(path):
    """Each road with its stops: (state, name, coordinates or None)."""
    road, stops, state = None, [], ""
    for row in path.read_text().splitlines():
        row = row.split("#")[0].strip()
        if not row:
            continue
        head, _, tail = row.partition(":")
        if head.strip() in STATES:
            state = head.strip()
        else:
            if road:
                yield road, stops
            road, stops, state = head.strip(), [], ""
            tail = tail.strip()
        for stop in filter(None, (part.strip() for part in tail.split(","))):
            name, at, point = stop.partition("@")
            coordinates = tuple(float(part) for part in point.split()) if at else None
            stops.append((state, name.strip(), coordinates))
    if road:
        yield road, stops


STATES = set("""AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY
NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AB BC MB NB NL NS ON PE QC SK YT NT NU MX""".split())
