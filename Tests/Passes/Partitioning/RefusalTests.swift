import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Passes
import Support
import Testing

/// What a user is told when a network does not fit; one golden text for each capacity.
@Suite struct FitRefusalTests {
    /// A network that is too large in one way, and the chip that it is too large for.
    static func tooLarge(_ name: String) -> QuantizedNetwork {
        var chip = Chip.testLoihi()
        func limit(_ resource: String, _ limit: Int) {
            for index in chip.resources.indices where chip.resources[index].name == resource { chip.resources[index].limit = limit }
        }
        var sizes = [100, 200, 10]
        var delay = 1.0
        var bits = 8
        var copies = 1
        switch name {
        case "neurons": chip.resources[0].rule = .neurons(each: 1025)
        case "input-axons": sizes = [100, 5000, 10]
        case "output-axons": limit("output_axons", 1)
        case "synapse-memory": limit("synapse_memory", 150)
        case "axon-words":
            chip.setPacking { $0.maximumWordsPerAxon = 1 }
            copies = 2
        case "shared-memory":
            if let packing = chip.packing {
                chip.resources[3] = CoreResource("core_memory", limit: 800, unit: "bytes", .sharedMemory(perNeuron: 24, packing))
            }
        case "profiles": limit("neuron_profiles", 0)
        case "synapse-formats":
            limit("synapse_formats", 1)
            copies = 3
        case "delay-slots":
            limit("delay_slots", 40)
            delay = 50
        case "delay-bits":
            chip.setPacking { $0.delayBits = [0, 3] }
            delay = 20
        case "weight-bits":
            chip.setPacking { $0.weightBits = [1, 2, 4] }
            bits = 6
        case "cores":
            limit("synapse_memory", 2000)
            sizes = [1000, 2000, 500, 10]
        default: break
        }
        if name == "output-axons" { sizes = [20, 30, 2000, 10] }
        var network = DensePartitioningTests.layers(sizes)
        for projection in network.projections.ids { network.projections[projection].delay = .constant(delay) }
        for copy in 1..<max(copies, 1) {
            for var projection in network.projections.elements.prefix(1) {
                projection.name += "-\(copy)"
                network.projections.append(projection)
            }
        }
        return .plain(network, on: chip, bits: bits)
    }

    @Test(
        arguments: [
            "neurons", "input-axons", "output-axons", "synapse-memory", "axon-words", "shared-memory", "profiles", "synapse-formats",
            "delay-slots", "delay-bits", "weight-bits", "cores",
        ])
    func saysWhatDoesNotFit(name: String) throws {
        let error = #expect(throws: DiagnosticsError.self) { try Partitioning().run(Self.tooLarge(name)) }
        let refusal = try #require(error)
        #expect(refusal.isRefusal)
        #expect(refusal.diagnostics.contains { $0.id == "fit-\(name)" }, "\(refusal.diagnostics.map(\.id))")
        #expect(refusal.diagnostics.allSatisfy { $0.help != nil })
        expectGolden(Golden.rendered(refusal, quoting: []), "errors/fit/\(name).expected")
    }

    /// A chip with one exponent for all synapses of a core, and projections with several.
    @Test func saysThatExponentsDiffer() throws {
        var quantized = Self.tooLarge("exponent")
        quantized.chip.formats.weight.scope = .core
        quantized.network.projections.append(
            Projection("second", from: ID(0), to: ID(1), .allToAll(allowSelf: true), weight: .constant(1)))
        quantized.synapses.append(quantized.synapses[0])
        quantized.synapses[2].exponent += 1
        let error = #expect(throws: DiagnosticsError.self) { try Partitioning().run(quantized) }
        #expect(error?.diagnostics.map(\.id) == ["fit-exponent"])
        if let error { expectGolden(Golden.rendered(error, quoting: []), "errors/fit/exponent.expected") }
    }

    /// A dense loop cannot be cut until it fits: finer slices reach more cores.
    @Test func saysThatALoopIsTooLarge() throws {
        var network = DensePartitioningTests.layers([100, 3900])
        network.projections.append(Projection("loop", from: ID(1), to: ID(1), .allToAll(allowSelf: true), weight: .constant(1)))
        let error = #expect(throws: DiagnosticsError.self) { try Partitioning().run(.plain(network, on: .testLoihi(chips: [2, 1]))) }
        #expect(error?.diagnostics.map(\.id) == ["fit-output-axons"])
        if let error { expectGolden(Golden.rendered(error, quoting: []), "errors/fit/loop.expected") }
    }

    @Test func anUnknownPopulationInTheRatesIsRefused() throws {
        let quantized = QuantizedNetwork.plain(DensePartitioningTests.layers([10, 10]), on: .testLoihi())
        let error = #expect(throws: DiagnosticsError.self) {
            try Partitioning(rates: ["layer2": 0.1, "layer1": -1]).run(quantized)
        }
        #expect(error?.isRefusal == false && error?.diagnostics.map(\.id) == ["partitioning-unknown-population", "partitioning-rate"])
        if let error { expectGolden(Golden.rendered(error, quoting: []), "errors/fit/rates.expected") }
    }
}

extension Chip {
    /// The packing of the chip's synapse memory.
    fileprivate var packing: SynapsePacking? {
        for resource in resources {
            if case .synapseMemory(let packing) = resource.rule { return packing }
        }
        return nil
    }

    fileprivate mutating func setPacking(_ change: (inout SynapsePacking) -> Void) {
        for index in resources.indices {
            if case .synapseMemory(var packing) = resources[index].rule {
                change(&packing)
                resources[index].rule = .synapseMemory(packing)
            }
        }
    }
}
