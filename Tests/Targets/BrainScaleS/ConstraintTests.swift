import Chips
import Diagnostics
import Foundation
import Lowering
import Networks
import Numerics
import Passes
import Support
import Targets
import Testing

/// Every mapping constraint of the chip, C1 to C25, broken once: the message names the population or the part, the numbers, and a cure.
@Suite struct ConstraintTests {
    /// What a user reads, by constraint, for the golden file.
    @Test func `every constraint that a network can break is refused with names, numbers and a cure`() throws {
        var text = ""
        for (constraint, id, network) in Self.networks() {
            let refusals = try BrainScaleSFixture.refusals(network)
            #expect(refusals.contains { $0.id == id }, "\(constraint): \(refusals.map(\.id)), not \(id)")
            for refusal in refusals.prefix(1) {
                text += "\(constraint) [\(refusal.id)]\n\(refusal.message)\n"
                text += refusal.notes.map { "note: \($0.message)\n" }.joined() + "help: \(refusal.help ?? "")\n\n"
            }
        }
        let (file, chip) = try Self.file()
        for (constraint, id, change) in Self.changes {
            var broken = file
            change(&broken)
            let refusals = broken.refusals(population: { "layer\($0)" }, chip: chip)
            #expect(Set(refusals.map(\.id)) == [id], "\(constraint)")
            for refusal in refusals { text += "\(constraint) [\(refusal.id)]\n\(refusal.message)\nhelp: \(refusal.help ?? "")\n\n" }
        }
        expectGolden(text, "errors/brainscales/constraints.expected")
    }

    private static func networks() -> [(String, String, Network)] {
        let fixture = BrainScaleSFixture.self
        var loop = fixture.layered([10, 400])
        loop.projections.append(
            Projection("loop", from: ID(1), to: ID(1), .allToAll(allowSelf: true), weight: .drawn(.normal(mean: 0, sigma: 0.1))))
        var crowded = fixture.layered([64, 400, 100])
        for id in crowded.projections.ids { crowded.projections[id].connector = .fixedProbability(0.5, allowSelf: true) }
        crowded.projections.append(
            Projection(
                "back", from: ID(2), to: ID(1), .fixedProbability(0.02, allowSelf: true), weight: .drawn(.normal(mean: 0, sigma: 0.1))))
        var delayed = fixture.layered([4, 3])
        delayed.projections[ID(0)].delay = .constant(5)
        var receptor = fixture.layered([4, 3], cell: fixture.cell { $0[.tauSynI] = .uniform(3) })
        receptor.projections[ID(0)].receptor = .excitatory
        return [
            ("C1, C20", "crossbar-circuits", loop), ("C2, C3", "crossbar-fan-in", fixture.layered([70_000, 1])),
            ("C3, C10", "crossbar-rows", crowded), ("C4, C5", "analog-receptor", receptor),
            ("C17", "analog-time-constant", fixture.layered([4, 3], cell: fixture.cell { $0[.tauM] = .uniform(100) })),
            (
                "C17", "analog-potential",
                fixture.layered(
                    [4, 3],
                    cell: fixture.cell {
                        $0[.vThresh] = .uniform(-1)
                        $0[.vReset] = .uniform(-2)
                    })
            ),
            ("C19", "analog-delay", delayed),
            ("C22", "analog-delta-synapse", fixture.layered([4, 3], cell: .neuron(NeuronModel(.leaky)))),
        ]
    }

    private static let changes: [(String, String, @Sendable (inout ExecutionFile) -> Void)] = [
        ("C14", "brainscales-background", { $0.background[2].sources = 300 }),
        ("C15", "brainscales-short-term-plasticity", { $0.plasticity[7].targetVoltageSet = 2 }),
        ("C16", "brainscales-quadrant", { $0.targets[0].converterBias = 100 }),
        (
            "C16", "brainscales-refractory-clocks",
            { file in for (place, time) in [1.0, 4, 16].enumerated() { file.targets[place].refractoryTime = time } }
        ), ("C17", "brainscales-target", { $0.targets[1].membraneTime = 70 }),
        ("C18", "brainscales-sampled", { file in for place in 0..<3 { file.records[place].madc = true } }),
        ("C20", "brainscales-schedule", { $0.dependencies = [3] }), ("C21", "brainscales-event-rate", { $0.hostRate = 400 }),
        ("C22", "brainscales-gain", { $0.targets[0].gainBias = [900, 900] }), ("C23", "brainscales-pause", { $0.wait = 0 }),
        ("C24", "brainscales-code", { $0.targets[0].gainBias = [1023, 500] }),
    ]

    private static func file() throws -> (ExecutionFile, Chip) {
        let chip = try BrainScaleSFixture.chip()
        let graph = try BrainScaleSFixture.routed(BrainScaleSFixture.layered([6, 8, 3]), on: chip)
        guard case .analog(let law) = chip.arithmetic, let routes = graph.crossbarRoutes else { preconditionFailure("another chip") }
        let file = ExecutionFile(graph, execution: ID(0), routes.executions[0], law)
        #expect(file.refusals(population: { "layer\($0)" }, chip: chip).isEmpty)
        return (file, chip)
    }

    /// What only a fault of the router could break is found on the configuration, and followed to the neuron that notices.
    @Test func `a configuration that breaks a rule is found`() throws {
        let graph = try BrainScaleSFixture.routed(BrainScaleSFixture.layered([6, 8, 3]))
        let configuration = try #require(graph.crossbarRoutes).executions[0]
        #expect(configuration.violations(largestWeight: 63) == [])
        func expect(_ constraint: String, _ change: (inout CrossbarConfiguration) -> Void) {
            var broken = configuration
            change(&broken)
            #expect(broken.violations(largestWeight: 63).contains { $0.hasPrefix(constraint + ":") }, "\(constraint)")
        }
        let synapse = try #require(configuration.weights.firstIndex { $0 != 0 })
        expect("C1") { $0.neurons[0].circuits = $0.neurons[1].circuits }
        expect("C2") { $0.neurons[0].circuits = [127, 128] }
        expect("C2") { $0.neurons[0].circuits = [3, 5] }
        expect("C4") { $0.rowModes[synapse / 256] = .disabled }
        expect("C6") { $0.weights[synapse] = 64 }
        expect("C7") { $0.labels[synapse] = 64 }
        expect("C9") { $0.neurons[0].address = 256 }
        expect("C9") { $0.neurons[0].spikeMaster = 200 }
        expect("C11") { $0.driverMasks[0] = 32 }
        expect("C12") { $0.nodes[0].mask = 1 << 14 }
        expect("C12") { $0.nodes[0].output = 1 }
        expect("C13") { broken in
            broken.neurons[4].spikeMaster = broken.neurons[0].spikeMaster
            broken.neurons[4].circuits = broken.neurons[0].circuits
            broken.neurons[4].address = broken.neurons[0].address
        }
    }

    /// The oracle follows every label: a wrong sign, a label in two places, a driver that hears too much or too little.
    @Test func `a route that leads elsewhere is found by following its label`() throws {
        let graph = try BrainScaleSFixture.routed(BrainScaleSFixture.layered([100, 60, 10]))
        try graph.verify()
        let routes = try #require(graph.crossbarRoutes)
        func expectFound(_ constraint: String, _ change: (inout CrossbarConfiguration) -> Void) {
            var broken = routes
            change(&broken.executions[0])
            var copy = graph
            copy.routes = .crossbar(broken)
            #expect(throws: VerificationFailure.self, "\(constraint)") { try copy.verify() }
        }
        let configuration = routes.executions[0]
        let synapse = try #require(configuration.weights.firstIndex { $0 != 0 })
        expectFound("C4") { $0.rowModes[synapse / 256] = $0.rowModes[synapse / 256] == .excitatory ? .inhibitory : .excitatory }
        expectFound("C5") { $0.weights[synapse] -= 1 }
        expectFound("C7") { $0.labels[synapse] ^= 1 }
        expectFound("C8") { $0.externals[1].labels = $0.externals[0].labels }
        expectFound("C10") { broken in
            let sender = broken.neurons.firstIndex { $0.address != nil } ?? 0
            let input = (broken.neurons[sender].spikeMaster ?? 0) % 256 / 32
            for place in broken.nodes.indices where broken.nodes[place].input == input && broken.nodes[place].output < 8 {
                broken.nodes[place] = .closed(input, broken.nodes[place].output)
            }
        }
        expectFound("C11") { $0.driverMasks[synapse / 256 % 256 / 2] = nil }
        expectFound("C12") { broken in
            for place in broken.nodes.indices where broken.nodes[place].input >= 8 && broken.nodes[place].mask != 0 {
                broken.nodes[place].target ^= 1 << 13
            }
        }
    }

    @Test func `relay neurons make delays when they are asked for`() throws {
        var network = BrainScaleSFixture.layered([4, 3])
        network.projections[ID(0)].delay = .constant(51)
        var options = LoweringOptions()
        options.relaysDelays = true
        let graph = try BrainScaleSFixture.routed(network, options)
        try graph.verify()
        let relays = try #require(graph.placed.coreGraph.quantized.network.population(named: "to1 relays"))
        let targets = try #require(graph.placed.coreGraph.quantized.neurons(of: relays)?.analog)
        #expect(graph.placed.coreGraph.quantized.network.populations[relays].size == 4 && targets.membraneTime[0] == 10)
        // One spike of the full weight crosses the threshold after 5 µs: v(t) = x t e^(-t/τ), x = weight · gain.
        let slope = 63 * targets.gain[0][0]
        let rise = slope * 5 * exp(-0.5)
        // Weights are single precision.
        #expect(abs(rise - (targets.threshold[0] - targets.leak)) < 1e-6 * rise)
    }

    @Test func `small inputs drive through several synapses each`() throws {
        var options = LoweringOptions()
        options.parallelSynapses = 5
        let graph = try BrainScaleSFixture.routed(BrainScaleSFixture.layered([5, 30, 3]), options)
        try graph.verify()
        let most = try #require(graph.crossbarRoutes).executions[0].weights.max()
        #expect(most == 63 && graph.placed.coreGraph.quantized.synapses.allSatisfy { $0.parallel == 5 })
    }
}
