import Foundation
import Storage
import Support
import Targets
import Testing

/// The loader of every artifact: it is Python, reads its artifact, and writes only fields and ranges that the public stack has.
///
/// The stack itself is not distributed as a package, so `configure` runs against a stand-in whose fields, enums and ranges are the recorded
/// ones; what it wrote is compared with the artifact. Skipped where there is no Python.
@Suite struct LoaderTests {
    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { FileManager.default.isExecutableFile(atPath: $0) }

    private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.python))
        process.arguments = ["-B", "-c", program] + arguments
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    @Test(.enabled(if: python != nil, "runs the loader script: needs python3"), arguments: [[5, 30, 3], [784, 64, 10]])
    func `the loader writes what the artifact says, in the stack's fields and ranges`(sizes: [Int]) throws {
        let references = vectorsFolder("references/brainscales")
        try BrainScaleSArtifactTests.compiled(BrainScaleSFixture.layered(sizes)) { path in
            let result = try run(Self.standIn, [path, references])
            #expect(result.status == 0 && result.output.hasSuffix("ok\n"), "\(result.output)")
        }
    }

    /// A stand-in for `dlens_vx_v3`, and the comparison.
    private static let standIn = #"""
        import ast, json, pathlib, sys, types
        folder, references = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
        ast.parse((folder / "load_bss2.py").read_text())
        fields = json.loads((references / "cereal_json_fields_haldls.json").read_text())
        ranges = json.loads((references / "ranges_from_headers.json").read_text())

        def limit(name, owner=None):
            for headers in (ranges["halco"], ranges["haldls"]):
                for entries in headers.values():
                    for entry in entries:
                        if entry["name"] == name and (owner is None or entry["owner"] == owner):
                            return entry["min"], entry["max"]
            raise KeyError(name)

        def ranged(name, owner=None, of=None):
            low, high = of or limit(name, owner)
            def make(value):
                assert type(value) is int and low <= value <= high, (name, value)
                return value
            return make

        class Strict:
            """Fields of the recorded names alone, spelled as lola and the Python names spell them."""
            def __init__(self, names, **constants):
                self.__dict__["_names"], self.__dict__["_constants"] = set(names), constants
            def __getattr__(self, name):
                return self._constants[name]
            def __setattr__(self, name, value):
                assert name in self._names, name
                self.__dict__[name] = value

        def names(kind):
            short = {"en_receiver": "enable_receiver", "en_address_out": "enable_address_out"}
            return [short.get(n, n) for n in (f.replace("value.m_", "") for f in fields[kind])]

        driver_type = types.SimpleNamespace(RowMode=types.SimpleNamespace(
            disabled="disabled", excitatory="excitatory", inhibitory="inhibitory", excitatory_and_inhibitory="both"))
        halco = types.SimpleNamespace(
            common=types.SimpleNamespace(Enum=lambda n: n), AtomicNeuronOnDLS=ranged("AtomicNeuronOnDLS", of=(0, 511)),
            CrossbarNodeOnDLS=lambda output, input: (output, input))
        for name in ["SynapseBlockOnDLS", "SynapseDriverBlockOnDLS", "SynapseDriverOnSynapseDriverBlock", "CrossbarOutputOnDLS", "CrossbarInputOnDLS"]:
            setattr(halco, name, ranged(name))
        haldls = types.SimpleNamespace(SynapseDriverConfig=driver_type, NeuronLabel=ranged("NeuronLabel"))
        lola = types.SimpleNamespace(SynapseMatrix=types.SimpleNamespace(
            Weight=ranged("Value", "SynapseWeightQuad"), Label=ranged("SynapseLabel")))
        package = types.ModuleType("dlens_vx_v3")
        package.halco, package.haldls, package.lola = halco, haldls, lola
        sys.modules["dlens_vx_v3"] = package

        def chip():
            def matrix(): return [[None] * 256 for _ in range(256)]
            def driver(): return Strict(names("haldls::vx::SynapseDriverConfig"), RowAddressCompareMask=ranged("RowAddressCompareMask", "SynapseDriverConfig"))
            def atomic():
                event = Strict(["analog_output", "enable_digital", "address"])
                return types.SimpleNamespace(
                    event_routing=event, EventRouting=types.SimpleNamespace(Address=ranged("NeuronBackendAddressOut")),
                    multicompartment=Strict(fields["MCSafeAtomicNeuron::Multicompartment"]))
            node = lambda: Strict(names("haldls::vx::CrossbarNode"))
            return types.SimpleNamespace(
                synapse_blocks=[types.SimpleNamespace(matrix=types.SimpleNamespace(weights=matrix(), labels=matrix())) for _ in range(2)],
                synapse_driver_blocks=[types.SimpleNamespace(synapse_drivers=[driver() for _ in range(128)]) for _ in range(2)],
                crossbar=types.SimpleNamespace(nodes={(o, i): node() for o in range(12) for i in range(20)}),
                neuron_block=types.SimpleNamespace(atomic_neurons=[atomic() for _ in range(512)]))

        sys.path.insert(0, str(folder))
        import load_bss2
        executions = load_bss2.executions()
        assert executions
        for execution in executions:
            target = chip()
            load_bss2.configure(target, execution)
            for hemisphere, block in enumerate(execution["synapse_blocks"]):
                assert target.synapse_blocks[hemisphere].matrix.weights == load_bss2.matrix(block["weights"])
                assert target.synapse_blocks[hemisphere].matrix.labels == load_bss2.matrix(block["labels"])
            for entry in execution["synapse_drivers"]:
                driver = target.synapse_driver_blocks[entry["driver"] // 128].synapse_drivers[entry["driver"] % 128]
                assert driver.row_address_compare_mask == entry["row_address_compare_mask"]
                assert driver.enable_receiver == entry["enable_receiver"]
                rows = [execution["synapse_rows"][2 * entry["driver"] + n]["mode"] for n in (0, 1)]
                assert [driver.row_mode_bottom, driver.row_mode_top] == rows
            written = [(o, i) for (o, i), node in target.crossbar.nodes.items() if "mask" in node.__dict__]
            assert sorted(written) == sorted((e["output"], e["input"]) for e in execution["crossbar_nodes"]) and len(written) == 76
            for neuron in execution["neurons"]:
                senders = [c for c in neuron["circuits"] if target.neuron_block.atomic_neurons[c].event_routing.enable_digital]
                assert senders == ([] if neuron["spike_master"] is None else [neuron["spike_master"]])
                # Joined circuits hang together.
                reached, open_ = {neuron["anchor"]}, [neuron["anchor"]]
                while open_:
                    c = open_.pop()
                    joins = target.neuron_block.atomic_neurons[c].multicompartment
                    for other in [c ^ 256] * joins.connect_vertical + [c + 1] * joins.connect_right + [
                            o for o in neuron["circuits"] if o == c - 1 and target.neuron_block.atomic_neurons[o].multicompartment.connect_right]:
                        if other not in reached:
                            reached.add(other)
                            open_.append(other)
                assert reached == set(neuron["circuits"]), neuron
            assert set(load_bss2.targets(execution)) == {c for n in execution["neurons"] for c in n["circuits"]}
            circuits = load_bss2.permutation(execution)
            assert len(set(circuits)) == len(circuits) and all(0 <= c < 512 for c in circuits)
            assert len(load_bss2.decode(execution)) == len(execution["decode"])
            for entry in execution["external_labels"]:
                for number, labels in enumerate(entry["labels"]):
                    assert load_bss2.labels(execution, entry["population"], number) == labels
        print("ok")
        """#
}
