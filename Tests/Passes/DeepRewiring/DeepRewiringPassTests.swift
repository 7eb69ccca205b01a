import Chips
import Diagnostics
import FrontEnd
import Lowering
import Networks
import Numerics
import Passes
import Support
import Testing

/// Deep rewiring as a pass: the number of connections that is given, or that a chip holds.
@Suite struct DeepRewiringPassTests {
    /// 40 inputs, 60 and 30 units, 5 answers; dense, 4350 pairs.
    static func network() -> Network {
        var network = Network(name: "stack", seed: 2)
        let image = network.populations.append(Population("image", shape: [40], cell: .input))
        let sizes = [60, 30, 5]
        var before = image
        for (index, size) in sizes.enumerated() {
            let units = network.populations.append(
                Population("layer\(index)", shape: [size], cell: .neuron(NeuronModel(.rate)), units: .normalized))
            network.projections.append(
                Projection("to\(index)", from: before, to: units, .allToAll(allowSelf: true), weight: .drawn(.normal(mean: 0, sigma: 0.2))))
            before = units
        }
        network.task = Task(data: .named("none"), encoder: .direct(gain: 1), input: image, split: .given, steps: 4)
        network.readout = Readout(before, .meanMembrane, skip: 3)
        return network
    }

    static let samples: DataSamples = {
        let random = Philox(seed: 4, purpose: "test/samples")
        let values = (0..<200 * 40).map { Float(random.uniform($0)) * ($0 / 40 % 5 == $0 % 5 ? 1 : 0.4) }
        return DataSamples(table: .floats(values), sampleSize: 40, scale: 1, rows: Array(0..<200), labels: (0..<200).map { Int32($0 % 5) })
    }()

    static func count(_ network: Network) -> Int { network.projections.ids.reduce(0) { $0 + SynapseRows($1, of: network).synapseCount } }

    @Test func `a given number of connections is met exactly`() throws {
        let chip = Chip.testMesh()
        let pass = DeepRewiringPass(.init(connections: .count(400), epochs: 1), to: chip, samples: Self.samples)
        #expect(Self.count(try pass.run(Self.network())) == 400)
        let part = DeepRewiringPass(.init(connections: .fraction(0.1), epochs: 1), to: chip, samples: Self.samples)
        #expect(Self.count(try part.run(Self.network())) == 435)
    }

    @Test(arguments: [1, 2]) func `the number that fits is derived from the chip`(cores: Int) throws {
        // 128 neurons and 192 words of synapses to a core: the dense network needs more.
        let chip = Chip.testMesh(neurons: 128, words: 192)
        let pass = DeepRewiringPass(.init(connections: .fit, cores: cores, epochs: 1), to: chip, samples: Self.samples)
        let fitted = try pass.run(Self.network())
        let converted = try RateConversion(style: .init(reset: .toValue), samples: Self.samples).run(fitted)
        let graph = try Partitioning().run(Quantization(to: chip).run(converted))
        #expect(graph.cores.count <= cores)
        #expect((100..<4350).contains(Self.count(fitted)), "\(Self.count(fitted))")
    }

    @Test func `a network that fits already is not trained`() throws {
        let chip = Chip.testMesh(neurons: 1024, words: 1 << 16)
        let pass = DeepRewiringPass(.init(cores: 1, epochs: 1), to: chip, samples: Self.samples)
        #expect(try pass.run(Self.network()) == Self.network())
    }

    @Test func `what cannot fit is refused with the numbers`() throws {
        let pass = DeepRewiringPass(.init(cores: 1, epochs: 1), to: .testMesh(neurons: 64, words: 192), samples: Self.samples)
        let error = #expect(throws: DiagnosticsError.self) { try pass.run(Self.network()) }
        #expect(error?.diagnostics.map(\.id) == ["rewiring-does-not-fit"])
        #expect(error?.isRefusal == true)
        let without = #expect(throws: DiagnosticsError.self) { try DeepRewiringPass(to: .testMesh()).run(Self.network()) }
        #expect(without?.diagnostics.map(\.id) == ["rewiring-no-samples"])
    }
}
