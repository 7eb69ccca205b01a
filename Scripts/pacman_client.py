"""Loads mappings in the format spinnaker-map/1 into PACMAN 1!7.4.1 and lets PACMAN check them.

    python pacman_client.py MAP.json [MAP.json ...]

Prints a line for each check, then the verdict; exits with 0 when PACMAN accepts every mapping, else with 1.
The format: Documentation/Targets/spinnaker-map.md. PACMAN builds the machine, placements, keys and tables, follows every route
(`validate_routes`) and compares each compressed table with the uncompressed one (`compare_tables`). What PACMAN does not check, missing
links and default routing, is followed here, hop by hop on PACMAN's machine.
"""

import gzip
import json
import os
import sys
import tempfile

from pacman.config_setup import unittest_setup
from pacman.data.pacman_data_writer import PacmanDataWriter
from pacman.model.graphs.application import ApplicationEdge, ApplicationVertex
from pacman.model.graphs.common import Slice
from pacman.model.graphs.machine import SimpleMachineVertex
from pacman.model.partitioner_splitters import AbstractSplitterCommon
from pacman.model.placements import Placement, Placements
from pacman.model.resources import ConstantSDRAM
from pacman.model.routing_info import BaseKeyAndMask, MachineVertexRoutingInfo, RoutingInfo
from pacman.model.routing_tables.multicast_routing_tables import from_json
from pacman.operations.multi_cast_router_check_functionality.valid_routes_checker import validate_routes
from pacman.operations.router_compressors.routing_compression_checker import compare_tables
from pacman.utilities.utility_objs import ChipCounter
from spinn_machine.json_machine import machine_from_json
from spinn_utilities.config_holder import set_config

PARTITION = "spikes"
LINKS = 6


class Refused(Exception):
    """A mapping that cannot be loaded, or that does something else than it says."""


class GivenSplitter(AbstractSplitterCommon):
    """Machine vertices as the mapping gives them, instead of a partition that PACMAN finds."""

    def __init__(self, cores, sources, sources_of_targets):
        super().__init__()
        self.cores = cores
        self.sources = sources
        self.sources_of_targets = sources_of_targets
        self.vertices = {}

    def create_machine_vertices(self, chip_counter):
        first = 0
        for name, atoms in self.cores:
            neurons = Slice(first, first + atoms - 1)
            vertex = SimpleMachineVertex(ConstantSDRAM(0), name, self.governed_app_vertex, neurons)
            self.governed_app_vertex.remember_machine_vertex(vertex)
            self.vertices[name] = vertex
            first += atoms

    def get_out_going_slices(self):
        return [vertex.vertex_slice for vertex in self.vertices.values()]

    def get_in_coming_slices(self):
        return self.get_out_going_slices()

    def get_out_going_vertices(self, partition_id):
        return [vertex for name, vertex in self.vertices.items() if name in self.sources]

    def get_in_coming_vertices(self, partition_id):
        return list(self.vertices.values())

    def get_source_specific_in_coming_vertices(self, source_vertex, partition_id):
        senders = source_vertex.splitter.vertices
        pairs = self.sources_of_targets.get(source_vertex.label, {})
        return [(self.vertices[target], [senders[name] for name in names]) for target, names in pairs.items()]

    def machine_vertices_for_recording(self, variable_to_record):
        return list(self.vertices.values())

    def reset_called(self):
        pass


class GivenPopulation(ApplicationVertex):
    def __init__(self, name, splitter):
        self.atoms = sum(atoms for _, atoms in splitter.cores)
        super().__init__(label=name, max_atoms_per_core=max(atoms for _, atoms in splitter.cores), splitter=splitter)

    @property
    def n_atoms(self):
        return self.atoms


class Mapping:
    """One mapping, loaded into PACMAN step by step; each check raises when it finds a fault."""

    def __init__(self, path):
        opener = gzip.open if path.endswith(".gz") else open
        with opener(path, "rt") as file:
            self.data = json.load(file)
        if self.data.get("format") != "spinnaker-map/1":
            raise Refused("it is no spinnaker-map/1")
        self.folder = os.path.dirname(os.path.abspath(path))
        self.atoms = {vertex["id"]: vertex["atoms"] for vertex in self.data["vertices"]}
        self.places = {place["id"]: (place["x"], place["y"], place["p"]) for place in self.data["placements"]}
        self.keys = {key["id"]: (key["key"], key["mask"]) for key in self.data["keys"]}

    def checks(self):
        yield "machine", self.load_machine
        yield "graph", self.load_graph
        yield "placements", self.load_placements
        yield "keys", self.load_keys
        yield "tables", self.load_tables
        yield "routes (PACMAN's validate_routes)", lambda: validate_routes(self.tables)
        yield "walk", lambda: self.walk(self.data["tables"])
        if "compressed" in self.data:
            yield "compressed (PACMAN's compare_tables)", self.compare
            yield "walk, compressed", lambda: self.walk(self.data["compressed"])

    def load_machine(self):
        description = self.data["machine"]
        set_config("Machine", "version", str(description["version"]))
        self.writer = PacmanDataWriter.mock()
        content = description["json"]
        if isinstance(content, str):
            self.machine = machine_from_json(os.path.join(self.folder, content))
        else:
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                json.dump(content, file)
                file.flush()
                self.machine = machine_from_json(file.name)
        self.writer.set_machine(self.machine)
        self.writer.set_plan_n_timesteps(1)
        return f"{self.machine.n_chips} chips"

    def load_graph(self):
        population_of, cores, incoming, sources, edges = {}, {}, {}, set(), {}
        for vertex in self.data["vertices"]:
            population_of[vertex["id"]] = vertex["population"]
            cores.setdefault(vertex["population"], []).append((vertex["id"], self.shown_atoms(vertex["id"])))
        for net in self.data["nets"]:
            source = net["source"]
            if source in sources:
                raise Refused(f"{source} has two nets")
            sources.add(source)
            for target in net["targets"]:
                pair = (population_of[source], population_of[target])
                edges[pair] = True
                incoming.setdefault(pair[1], {}).setdefault(pair[0], {}).setdefault(target, []).append(source)
        populations = {
            name: GivenPopulation(name, GivenSplitter(parts, sources, incoming.get(name, {}))) for name, parts in cores.items()
        }
        for population in populations.values():
            self.writer.add_vertex(population)
        for source, target in edges:
            self.writer.add_edge(ApplicationEdge(populations[source], populations[target]), PARTITION)
        self.vertices = {}
        for population in populations.values():
            population.splitter.create_machine_vertices(ChipCounter())
            self.vertices.update(population.splitter.vertices)
        return f"{len(populations)} populations, {len(self.vertices)} cores, {len(sources)} nets"

    def shown_atoms(self, name):
        """How many atoms `validate_routes` is shown: it also looks one past the last, so a full range is shown with one less; the walk
        takes the real last one."""
        key, mask = self.keys.get(name, (0, 0))
        size = (~mask & 0xFFFFFFFF) + 1
        return size - 1 if 1 < self.atoms[name] == size else self.atoms[name]

    def load_placements(self):
        placements = Placements(Placement(self.vertices[name], *place) for name, place in self.places.items())
        for name in self.vertices:
            if name not in self.places:
                raise Refused(f"{name} is not placed")
            x, y, p = self.places[name]
            chip = self.machine.get_chip_at(x, y)
            if chip is None:
                raise Refused(f"{name} is on chip ({x}, {y}), which does not exist")
            if p not in chip.placable_processors_ids:
                raise Refused(f"{name} is on core {p} of chip ({x}, {y}), where nothing can be placed")
        self.writer.set_placements(placements)

    def load_keys(self):
        infos = RoutingInfo()
        for name, (key, mask) in self.keys.items():
            vertex = self.vertices[name]
            infos.add_routing_info(MachineVertexRoutingInfo(BaseKeyAndMask(key, mask), PARTITION, vertex, vertex.index))
            if self.atoms[name] > (~mask & 0xFFFFFFFF) + 1:
                raise Refused(f"{name} has {self.atoms[name]} atoms, and {(~mask & 0xFFFFFFFF) + 1} keys")
        for net in self.data["nets"]:
            if net["source"] not in self.keys:
                raise Refused(f"{net['source']} sends without a key")
        ranges = sorted((key, key | ~mask & 0xFFFFFFFF, name) for name, (key, mask) in self.keys.items())
        for (_, last, name), (first, _, other) in zip(ranges, ranges[1:]):
            if first <= last:
                raise Refused(f"the keys of {name} and {other} overlap")
        self.writer.set_routing_infos(infos)
        return f"{len(ranges)} ranges"

    def load_tables(self):
        self.tables = from_json(as_pacman(self.data["tables"]))
        self.writer.set_uncompressed(self.tables)
        loaded = self.data.get("compressed", self.data["tables"])
        for table in loaded:
            x, y, count = table["x"], table["y"], len(table["entries"])
            chip = self.machine.get_chip_at(x, y)
            if chip is None:
                raise Refused(f"there is a table for chip ({x}, {y}), which does not exist")
            if count > chip.router.n_available_multicast_entries:
                raise Refused(f"chip ({x}, {y}) gets {count} entries, and its router has {chip.router.n_available_multicast_entries}")
        largest = max((len(table["entries"]) for table in loaded), default=0)
        return f"{self.tables.get_total_number_of_entries()} entries, loaded {sum(len(t['entries']) for t in loaded)}, largest {largest}"

    def compare(self):
        compressed = from_json(as_pacman(self.data["compressed"]))
        for table in self.tables:
            other = compressed.get_routing_table_for_chip(table.x, table.y)
            if other is not None:
                compare_tables(table, other)
            elif any(not entry.defaultable for entry in table.multicast_routing_entries):
                raise Refused(f"chip ({table.x}, {table.y}) has no compressed table")

    def walk(self, tables):
        """Follows the first, second and last key of every net: first match, straight on without one."""
        entries = {(table["x"], table["y"]): [(e["key"], e["mask"], e["route"]) for e in table["entries"]] for table in tables}
        packets = 0
        for net in self.data["nets"]:
            wanted = {self.places[name] for name in net["targets"]}
            first = self.keys[net["source"]][0]
            last = first + self.atoms[net["source"]] - 1
            for key in sorted({first, min(first + 1, last), last}):
                reached = self.reached(entries, self.places[net["source"]][:2], key)
                packets += 1
                if reached != wanted:
                    missed, extra = sorted(wanted - reached), sorted(reached - wanted)
                    raise Refused(f"key {key:#010x} of {net['source']} misses {missed[:3]} and also reaches {extra[:3]}")
        return f"{packets} packets"

    def reached(self, entries, start, key):
        reached, seen, front = set(), set(), [(*start, None)]
        while front:
            x, y, arrival = front.pop()
            if (x, y) in seen:
                raise Refused(f"key {key:#010x} comes to chip ({x}, {y}) twice")
            seen.add((x, y))
            route = next((route for k, mask, route in entries.get((x, y), ()) if key & mask == k), None)
            if route is None:
                if arrival is None:
                    raise Refused(f"chip ({x}, {y}) sends key {key:#010x} without an entry for it")
                route = 1 << (arrival + LINKS // 2) % LINKS
            reached |= {(x, y, p) for p in range(18) if route >> LINKS + p & 1}
            for link in range(LINKS):
                if route >> link & 1:
                    if not self.machine.is_link_at(x, y, link):
                        raise Refused(f"key {key:#010x} leaves chip ({x}, {y}) by link {link}, which does not exist")
                    front.append((*self.machine.xy_over_link(x, y, link), (link + LINKS // 2) % LINKS))
        return reached


def as_pacman(tables):
    return [
        {
            "x": table["x"],
            "y": table["y"],
            "entries": [
                {"key": e["key"], "mask": e["mask"], "defaultable": e.get("defaultable", False), "spinnaker_route": e["route"]}
                for e in table["entries"]
            ],
        }
        for table in tables
    ]


def accepts(path):
    unittest_setup()
    try:
        mapping = Mapping(path)
        for name, check in mapping.checks():
            try:
                detail = check()
            except Exception as fault:
                print(f"{path}: {name}: refused: {type(fault).__name__}: {str(fault)[:400]}")
                return False
            print(f"{path}: {name}: ok" + (f" ({detail})" if detail else ""))
    except Exception as fault:
        print(f"{path}: refused: {type(fault).__name__}: {str(fault)[:400]}")
        return False
    print(f"{path}: accepted")
    return True


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    results = [accepts(path) for path in sys.argv[1:]]
    sys.exit(0 if all(results) else 1)
