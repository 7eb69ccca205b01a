import Chips
import Storage
import Targets
import Testing

/// nengo-loihi's emulator: blocks, nets of blocks, noise and overflow, bit for bit.
@Suite struct LoihiNengoVectors {
    @Test func vectorsArePresent() {
        #expect(!LoihiVector.cases("nengo_block", "nengo_net", "nengo_noise", "nengo_overflow").isEmpty)
    }

    /// The blocks as cores, and per synapse group the axons' first number on its target: [atom row of an axon] becomes an axon of ours.
    private struct Feed {
        var source: String
        var target: Int
        var firstAxon: Int
        var atoms: Int
        var axonOfCompartment: [Int]?
        var atomOfCompartment: [Int]?
    }

    private func core(_ compartment: JSONValue, _ builder: consuming SynapseBankBuilder) throws -> ModelCore {
        func values(_ key: String) throws -> [Int] { try #require(compartment[key]?.ints) }
        let formats = NumberFormats.loihi(currentOffset: 1)
        var registers = CompartmentRegisters(
            currentDecay: try values("decay_u"), membraneDecay: try values("decay_v"), thresholdMantissa: try values("vth_mant"),
            biasMantissa: try values("bias_mant"), biasExponent: try values("bias_exp"), formats: formats)
        try #require(registers.bias == compartment["bias"]?.ints32)
        try #require(registers.threshold == compartment["vth"]?.ints32)
        registers.heldSteps = try values("refract_delay").map { Int32($0 - 1) }
        let range = Int32(try #require(compartment["vmin"]?.int))...Int32(try #require(compartment["vmax"]?.int))
        return ModelCore(
            registers: registers, law: CompartmentLaw(.nengoLoihi, formats: formats, membraneRange: range), bank: builder.finish())
    }

    /// Adds a synapse group; every pair of axon and atom becomes an axon, atoms running fastest.
    private func add(_ synapse: JSONValue, to builder: inout SynapseBankBuilder) throws -> Int {
        let weights = try #require(synapse["weights"]?.array).compactMap { $0.matrix }
        let indices = try #require(synapse["indices"]?.array).compactMap { $0.matrix }
        let map = synapse["axon_to_weight_map"]?.ints
        let bases = synapse["axon_compartment_bases"]?.ints
        let atoms = weights.first?.count ?? 0
        let axonCount = try #require(synapse["n_axons"]?.int)
        for axon in 0..<axonCount {
            let set = map?[axon] ?? axon
            let base = bases?[axon] ?? 0
            for atom in 0..<atoms {
                if base >= 0 {
                    let pairs = zip(indices[set][atom].map { $0 + base }, weights[set][atom].map { $0 >> 6 }).sorted { $0.0 < $1.0 }
                    builder.add(targets: pairs.map { Int32($0.0) }, weights: pairs.map { Int32($0.1) }, delay: 0)
                }
                builder.endAxon()
            }
        }
        return atoms
    }

    @Test(arguments: LoihiVector.cases("nengo_block", "nengo_net", "nengo_noise", "nengo_overflow"))
    func blocksFollow(_ vector: LoihiVector) throws {
        let numbers = vector["int"]
        let compartments = try numbers["compartments"]?.array ?? [#require(numbers["compartment"])]
        let synapses = try numbers["synapses"]?.array ?? [#require(numbers["synapse"])]
        let wiring = vector["wiring"].array ?? [["input", 0, 0]]
        var feeds: [Feed] = []
        var cores: [ModelCore] = []
        for (block, compartment) in compartments.enumerated() {
            var builder = SynapseBankBuilder(compartments: try #require(compartment["decay_u"]?.ints?.count))
            var firstAxon = 0
            for wire in wiring where wire[1]?.int == block {
                let synapse = synapses[try #require(wire[2]?.int)]
                let atoms = try add(synapse, to: &builder)
                feeds.append(
                    Feed(
                        source: try #require(wire[0]?.string), target: block, firstAxon: firstAxon, atoms: atoms,
                        axonOfCompartment: wire[3]?["axon_of_compartment"]?.ints, atomOfCompartment: wire[3]?["atom_of_compartment"]?.ints))
                let axonCount = try #require(synapse["n_axons"]?.int)
                firstAxon += atoms * axonCount
            }
            cores.append(try core(compartment, builder))
        }
        let draws = vector["noise_uniform_draws"].matrix
        let input = try #require(vector["input_spikes"].matrix)
        let expected = try ["q", "u", "v", "s", "ref"].map { try #require(vector[$0].matrix32) }
        #expect(!expected[0].isEmpty)
        for row in expected[0].indices {
            var actual: [[Int32]] = [[], [], [], [], []]
            var sent: [String: [Int]] = ["input": input[row]]
            for block in cores.indices {
                let noise = draws.map { self.noise(of: compartments[block], draws: $0[row]) }
                let count = cores[block].registers.count
                let result = cores[block].step(noise: noise)
                let added = noise?.place == .current ? noise?.values : nil
                for index in 0..<count {
                    actual[0].append(
                        CompartmentState.accumulated(result.arrivals[index], law: cores[block].law, noise: added?[index] ?? 0))
                }
                actual[1] += cores[block].state.current
                actual[2] += cores[block].state.membrane
                actual[3] += result.spikes
                actual[4] += cores[block].state.held
                sent["b\(block)"] = result.spikes.indices.filter { result.spikes[$0] != 0 }
            }
            for (index, name) in ["q", "u", "v", "s", "ref"].enumerated() {
                try #require(actual[index] == expected[index][row], "\(name) in row \(row)")
            }
            for feed in feeds {
                let axons = (sent[feed.source] ?? []).map { neuron in
                    feed.firstAxon + (feed.axonOfCompartment?[neuron] ?? neuron) * feed.atoms + (feed.atomOfCompartment?[neuron] ?? 0)
                }
                cores[feed.target].accept(axons: axons)
            }
        }
    }

    private func noise(of compartment: JSONValue, draws: [Int]) -> CompartmentNoise {
        let exponent = compartment["noise_exp"]?.int ?? 0
        let offset = compartment["noise_offset"]?.int ?? 0
        let isEnabled = compartment["enable_noise"]?.ints ?? []
        return CompartmentNoise(
            compartment["noise_at_membrane"]?.int == 1 ? .membrane : .current,
            draws.indices.map { isEnabled[$0] != 0 ? CompartmentNoise.value(draw: draws[$0], exponent: exponent, offset: offset) : 0 })
    }
}
